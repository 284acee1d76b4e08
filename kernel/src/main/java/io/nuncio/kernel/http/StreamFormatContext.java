package io.nuncio.kernel.http;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

/// What formats and access logs read of a stream.
record StreamFormatContext(ActiveStream stream, String accessLogType) implements FormatContext {
    @Override
    public StreamInfo info() {
        return stream.info();
    }

    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return stream.requestHeaders();
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        return stream.responseHeaders();
    }

    @Override
    public @Nullable Trailers responseTrailers() {
        return stream.responseTrailers();
    }

    @Override
    public String localReplyBody() {
        return stream.replies().body();
    }
}
