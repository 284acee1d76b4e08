package io.nuncio.listener.originaldst;

import com.google.protobuf.Struct;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.ListenerFilter;

import org.jspecify.annotations.Nullable;

/// Asks the system where one accepted socket was to go; of a connection within this proxy, the
/// filter state, or else the dynamic metadata, says it.
final class OriginalDstFilter implements ListenerFilter {
    private static final String NAMESPACE = "envoy.filters.listener.original_dst";
    private static final String LOCAL = NAMESPACE + ".local_ip";
    private static final String REMOTE = NAMESPACE + ".remote_ip";

    private final AcceptedSocket socket;

    OriginalDstFilter(AcceptedSocket socket) {
        this.socket = socket;
    }

    @Override
    public Outcome onAccept() {
        ConnectionInfo info = socket.info();
        switch (info.localAddress()) {
            case Address.Ip _ -> {
                Address original = socket.originalDestination();
                if (original != null) {
                    info.localAddress(original);
                }
            }
            case Address.Internal _ -> restore(info);
            case Address.Pipe _ -> {}
        }
        return Outcome.CONTINUE;
    }

    private void restore(ConnectionInfo info) {
        Address local = address(socket.streamInfo().filterState(LOCAL));
        if (local == null) {
            local = fromMetadata(socket.streamInfo().metadata(NAMESPACE));
        }
        if (local != null) {
            info.localAddress(local);
        }
        Address remote = address(socket.streamInfo().filterState(REMOTE));
        if (remote != null) {
            info.remoteAddress(remote);
        }
    }

    private static @Nullable Address fromMetadata(@Nullable Struct values) {
        return values == null || !values.containsFields("local")
                ? null
                : parse(values.getFieldsOrThrow("local").getStringValue());
    }

    private static @Nullable Address address(@Nullable Object value) {
        return switch (value) {
            case Address address -> address;
            case String text -> parse(text);
            case FilterStateObject object -> {
                String text = object.text();
                yield text == null ? null : parse(text);
            }
            case null, default -> null;
        };
    }

    /// @param text such as `192.0.2.1:80` or `[2001:db8::1]:80`
    /// @return null if it is none
    static @Nullable Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            return null;
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            return null;
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            return port < 0 || port > 65535 ? null : Address.Ip.parse(host, port);
        } catch (NumberFormatException notAPort) {
            return null;
        }
    }
}
