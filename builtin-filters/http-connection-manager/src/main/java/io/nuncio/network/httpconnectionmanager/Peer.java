package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TlsInfo;

import org.jspecify.annotations.Nullable;

/// What the rules for request headers need to know of the connection that requests come by: made
/// once per connection, so that a request looks nothing up and formats nothing.
///
/// @param remote the peer's address
/// @param internal true if that address counts as internal
/// @param hop what this proxy appends to `x-forwarded-for`, null if the peer has no IP address
/// @param host the peer's IP address, null if it has none
/// @param localPort the port the peer connected to, 0 if there is none
/// @param scheme `https` on a TLS connection, else `http`
/// @param clientCertificate what this proxy says of the peer's certificate, null if it presented
///   none
record Peer(
        Address remote,
        boolean internal,
        @Nullable String hop,
        @Nullable String host,
        int localPort,
        String scheme,
        @Nullable String clientCertificate) {

    static Peer of(ConnectionInfo connection, RequestHeaderRules rules) {
        Address remote = connection.remoteAddress();
        TlsInfo tls = connection.tls();
        return new Peer(
                remote,
                rules.internalAddresses().contains(remote),
                hop(remote, rules.localAddress()),
                remote instanceof Address.Ip ip ? ip.host() : null,
                connection.localAddress() instanceof Address.Ip ip ? ip.port() : 0,
                tls == null ? "http" : "https",
                rules.clientCertificate().element(tls));
    }

    /// A peer on this machine is named by the machine's address, which others can make use of.
    private static @Nullable String hop(Address remote, Address local) {
        if (!(remote instanceof Address.Ip ip)) {
            return null;
        }
        if (ip.address().isLoopbackAddress()) {
            return local instanceof Address.Ip own ? own.host() : null;
        }
        return ip.host();
    }
}
