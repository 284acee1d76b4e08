package io.nuncio.kernel.listener;

import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;
import java.util.Set;

/// What a filter chain is chosen by.
///
/// @param serverName in lower case, empty if none was detected
/// @param transportProtocol Envoy's name, `raw_buffer` if none was detected
record MatchInput(
        ConnectionInfo connection,
        String serverName,
        String transportProtocol,
        List<String> applicationProtocols) {
    private static final Set<InetAddress> LOOPBACK =
            Set.of(InetAddress.ofLiteral("127.0.0.1"), InetAddress.ofLiteral("::1"));

    /// With what listener filters have found so far, be they this listener's or those of one that
    /// handed the socket over.
    static MatchInput of(ConnectionInfo connection) {
        String name = connection.requestedServerName();
        return new MatchInput(
                connection,
                name == null ? "" : name,
                connection.transportProtocol(),
                connection.requestedApplicationProtocols());
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

    /// Whether the peer is this machine; always for a Unix socket. As in Envoy, of the addresses
    /// that begin with 127 only the usual one counts by itself.
    boolean fromSameHost() {
        InetAddress source = source();
        return source == null || LOOPBACK.contains(source) || source.equals(destination());
    }

    private static @Nullable InetAddress ip(Address address) {
        return address instanceof Address.Ip ip ? ip.address() : null;
    }
}
