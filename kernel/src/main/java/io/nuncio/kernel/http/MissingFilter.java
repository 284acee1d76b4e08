package io.nuncio.kernel.http;

import static io.nuncio.spi.LocalReply.reply;

import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.Stream;

/// Stands at the place of a filter whose configuration has not come yet.
record MissingFilter(Stream stream) implements HttpFilter {
    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        stream.info().addFlag(ResponseFlag.NO_FILTER_CONFIG_FOUND);
        return reply(500);
    }
}
