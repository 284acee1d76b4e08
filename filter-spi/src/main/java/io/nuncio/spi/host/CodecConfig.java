package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions;

/// What a codec is configured by; Envoy's messages, defaults included in the codec.
///
/// @param maxHeadersKb the most that the headers of one message may take, in KiB; 0 for the default
///   of 60
public record CodecConfig(
        Type type,
        HttpProtocolOptions common,
        Http1ProtocolOptions http1,
        Http2ProtocolOptions http2,
        int maxHeadersKb) {
    /// Which protocol a connection speaks.
    public enum Type {
        /// By ALPN, or else by the first bytes.
        AUTO,
        HTTP1,
        HTTP2
    }
}
