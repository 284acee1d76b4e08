package io.nuncio.kernel.protocol;

import io.nuncio.kernel.http1.Http1Codecs;
import io.nuncio.kernel.http2.Http2Codecs;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.ClientCodecTemplate;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.ServerCodecTemplate;

/// The codecs of all versions of HTTP. `AUTO` listens to what a downstream says first; towards an
/// upstream, where we speak first, it is HTTP/1. Thread: main.
public final class HttpCodecs implements Codecs {
    private final Http1Codecs http1 = new Http1Codecs();
    private final Http2Codecs http2 = new Http2Codecs();

    @Override
    public ServerCodecTemplate server(CodecConfig config, FactoryContext context, String field) {
        return switch (config.type()) {
            case HTTP1 -> http1.server(config, context, field);
            case HTTP2 -> http2.server(config, context, field);
            case AUTO -> {
                ServerCodecTemplate one = http1.server(config, context, field);
                ServerCodecTemplate two = http2.server(config, context, field);
                yield (connection, callbacks) -> {
                    String agreed = connection.info().applicationProtocol();
                    if ("h2".equals(agreed)) {
                        return two.create(connection, callbacks);
                    }
                    if (agreed != null && agreed.startsWith("http/1")) {
                        return one.create(connection, callbacks);
                    }
                    return new ListeningCodec(connection, callbacks, one, two);
                };
            }
        };
    }

    @Override
    public ClientCodecTemplate client(CodecConfig config, FactoryContext context, String field) {
        return switch (config.type()) {
            case HTTP1, AUTO -> http1.client(config, context, field);
            case HTTP2 -> http2.client(config, context, field);
        };
    }
}
