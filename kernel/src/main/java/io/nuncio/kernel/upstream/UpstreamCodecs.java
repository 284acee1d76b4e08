package io.nuncio.kernel.upstream;

import io.nuncio.kernel.upstream.UpstreamProtocol.Negotiated;
import io.nuncio.kernel.upstream.UpstreamProtocol.Spoken;
import io.nuncio.spi.host.ClientCodecTemplate;

import org.jspecify.annotations.Nullable;

import java.util.Objects;

/// The compiled codecs of the protocols that a cluster speaks, one at least; null for others.
record UpstreamCodecs(@Nullable ClientCodecTemplate http1, @Nullable ClientCodecTemplate http2) {
    UpstreamProtocol.Choice protocols(HttpOptions http) {
        Spoken one = http1 == null ? null : new Spoken(http1, false, 1);
        Spoken two = http2 == null ? null : new Spoken(http2, true, http.maxConcurrentStreams());
        if (one == null || two == null) {
            Spoken only = Objects.requireNonNull(one == null ? two : one);
            return new UpstreamProtocol.Choice(only, null, null);
        }
        if (http.choice() == HttpOptions.Choice.ALPN) {
            return new UpstreamProtocol.Choice(new Negotiated(one, two), null, null);
        }
        return new UpstreamProtocol.Choice(http.http2Preferred() ? two : one, one, two);
    }
}
