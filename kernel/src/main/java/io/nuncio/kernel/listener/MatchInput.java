package io.nuncio.kernel.listener;

import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;

/// What a filter chain is chosen by.
///
/// @param serverName in lower case, empty if none was detected
/// @param transportProtocol Envoy's name, `raw_buffer` if none was detected
record MatchInput(
        ConnectionInfo connection,
        String serverName,
        String transportProtocol,
        List<String> applicationProtocols) {
    static final String RAW_BUFFER = "raw_buffer";

    /// Without anything that listener filters detect.
    static MatchInput of(ConnectionInfo connection) {
        return new MatchInput(connection, "", RAW_BUFFER, List.of());
    }

    int destinationPort() {
        return connection.localAddress() instanceof Address.Ip ip ? ip.port() : 0;
    }

    @Nullable InetAddress destination() {
        return ip(connection.localAddress());
    }

    @Nullable InetAddress directSource() {
        return ip(connection.directRemoteAddress());
    }

    @Nullable InetAddress source() {
        return ip(connection.remoteAddress());
    }

    int sourcePort() {
        return connection.remoteAddress() instanceof Address.Ip ip ? ip.port() : 0;
    }

    /// Whether the peer is this machine; always for a Unix socket.
    boolean fromSameHost() {
        InetAddress source = source();
        return source == null || source.isLoopbackAddress() || source.equals(destination());
    }

    private static @Nullable InetAddress ip(Address address) {
        return address instanceof Address.Ip ip ? ip.address() : null;
    }
}
