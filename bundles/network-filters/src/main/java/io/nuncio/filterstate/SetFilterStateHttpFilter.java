package io.nuncio.filterstate;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;

/// Sets the filter state of one request when its headers come: what the filter says, then what the
/// route configuration, the virtual host and the route do.
final class SetFilterStateHttpFilter implements HttpFilter {
    private final FilterStateValues values;
    private final Stream stream;

    SetFilterStateHttpFilter(FilterStateValues values, Stream stream) {
        this.values = values;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        FormatContext context = stream.formatContext();
        values.apply(context);
        for (FilterStateValues ofRoute : stream.perRouteOfAllLevels(FilterStateValues.class)) {
            ofRoute.apply(context);
        }
        return HeadersOutcome.CONTINUE;
    }
}
