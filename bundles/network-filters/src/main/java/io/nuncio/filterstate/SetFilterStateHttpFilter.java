package io.nuncio.filterstate;

import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;

/// Sets the filter state of one request when its headers come.
final class SetFilterStateHttpFilter implements HttpFilter {
    private final FilterStateValues values;
    private final Stream stream;

    SetFilterStateHttpFilter(FilterStateValues values, Stream stream) {
        this.values = values;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        values.apply(stream.formatContext());
        return HeadersOutcome.CONTINUE;
    }
}
