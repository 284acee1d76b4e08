package io.nuncio.kernel.route.headers;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

/// What the operators in header values read.
public record RouteFormatContext(
        StreamInfo info,
        @Nullable RequestHeaders requestHeaders,
        @Nullable ResponseHeaders responseHeaders)
        implements FormatContext {
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
