package io.nuncio.kernel.listener;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

/// What a listener's access log prints of a connection that has ended, or never became one.
record ConnectionLogEntry(StreamInfo info) implements FormatContext {
    @Override
    public @Nullable RequestHeaders requestHeaders() {
        return null;
    }

    @Override
    public @Nullable ResponseHeaders responseHeaders() {
        return null;
    }

    @Override
    public @Nullable Trailers responseTrailers() {
        return null;
    }

    @Override
    public String localReplyBody() {
        return "";
    }

    @Override
    public String accessLogType() {
        return "NotSet";
    }
}
