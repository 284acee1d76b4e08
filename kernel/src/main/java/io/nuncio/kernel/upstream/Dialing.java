package io.nuncio.kernel.upstream;

import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How a cluster's connections are opened, by what they will speak: a transport socket that
/// negotiates offers just that.
///
/// @param plain true if no transport socket changes the bytes
record Dialing(
        ConnectOptions negotiated,
        ConnectOptions http1,
        ConnectOptions http2,
        ConnectOptions raw,
        boolean plain) {
    private static final String ONE = "http/1.1";
    private static final String TWO = "h2";

    /// @param transportSocket null for plaintext
    static Dialing of(
            ConnectOptions plain,
            UpstreamProtocol.Choice protocols,
            @Nullable TransportSocketTemplate transportSocket) {
        if (transportSocket == null) {
            return new Dialing(plain, plain, plain, plain, true);
        }
        boolean unchanged = transportSocket.passThrough();
        ConnectOptions raw = over(plain, transportSocket);
        if (protocols.usual() instanceof UpstreamProtocol.Negotiated) {
            ConnectOptions both = with(plain, transportSocket, TWO, ONE);
            return new Dialing(both, both, both, raw, unchanged);
        }
        if (protocols.http1() == null
                && protocols.usual() instanceof UpstreamProtocol.Spoken only) {
            ConnectOptions one = with(plain, transportSocket, only.multiplexed() ? TWO : ONE);
            return new Dialing(one, one, one, raw, unchanged);
        }
        ConnectOptions one = with(plain, transportSocket, ONE);
        return new Dialing(one, one, with(plain, transportSocket, TWO), raw, unchanged);
    }

    private static ConnectOptions with(
            ConnectOptions plain, TransportSocketTemplate socket, String... protocols) {
        return over(plain, socket.withApplicationProtocols(List.of(protocols)));
    }

    private static ConnectOptions over(ConnectOptions plain, TransportSocketTemplate socket) {
        return new ConnectOptions(
                plain.connectTimeoutNanos(),
                plain.bufferLimit(),
                plain.local(),
                plain.keepalive(),
                plain.filters(),
                socket,
                plain.serverName());
    }

    ConnectOptions options(UpstreamProtocol protocol) {
        return switch (protocol) {
            case UpstreamProtocol.Negotiated _ -> negotiated;
            case UpstreamProtocol.Spoken spoken -> spoken.multiplexed() ? http2 : http1;
        };
    }
}
