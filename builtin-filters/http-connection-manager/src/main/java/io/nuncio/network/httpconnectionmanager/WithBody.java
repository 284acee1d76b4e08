package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

/// A stream whose local reply has a body that was not sent yet.
record WithBody(FormatContext stream, String localReplyBody) implements FormatContext {
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
    public String accessLogType() {
        return stream.accessLogType();
    }
}
