package io.nuncio.kernel.upstream;

import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.host.ClientCodecTemplate;

import org.jspecify.annotations.Nullable;

/// What the connections of a pool speak. Immutable; any thread.
sealed interface UpstreamProtocol {
    /// How many streams a connection may carry at once, as far as it is known before it stands.
    long concurrentStreams();

    /// What a connection speaks that stands.
    Spoken of(ConnectionInfo connection);

    /// One version of HTTP.
    ///
    /// @param multiplexed true if a connection carries several streams, of which each may end
    ///   alone; false if the connection ends with a stream that does not end well
    /// @param concurrentStreams the most, whatever the host allows
    record Spoken(ClientCodecTemplate codec, boolean multiplexed, long concurrentStreams)
            implements UpstreamProtocol {
        @Override
        public Spoken of(ConnectionInfo connection) {
            return this;
        }
    }

    /// HTTP/2 if the transport socket has agreed on it with the host, otherwise HTTP/1.
    record Negotiated(Spoken http1, Spoken http2) implements UpstreamProtocol {
        @Override
        public long concurrentStreams() {
            return http2.concurrentStreams();
        }

        @Override
        public Spoken of(ConnectionInfo connection) {
            return "h2".equals(connection.applicationProtocol()) ? http2 : http1;
        }
    }

    /// Which of its protocols a cluster speaks for a request.
    ///
    /// @param usual whatever the request came by, unless the next two say more
    /// @param http1 for requests that came by HTTP/1; null for the usual one
    /// @param http2 for those of later versions
    record Choice(UpstreamProtocol usual, @Nullable Spoken http1, @Nullable Spoken http2) {
        UpstreamProtocol of(@Nullable Protocol downstream) {
            if (http1 == null || http2 == null || downstream == null) {
                return usual;
            }
            return switch (downstream) {
                case HTTP10, HTTP11 -> http1;
                case HTTP2, HTTP3 -> http2;
            };
        }
    }
}
