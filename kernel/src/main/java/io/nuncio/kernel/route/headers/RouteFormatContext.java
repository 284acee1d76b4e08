package io.nuncio.kernel.route.headers;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

/// What the operators in header values read.
public record RouteFormatContext(
        StreamInfo info,
        @Nullable RequestHeaders requestHeaders,
        @Nullable ResponseHeaders responseHeaders)
        implements FormatContext {}
