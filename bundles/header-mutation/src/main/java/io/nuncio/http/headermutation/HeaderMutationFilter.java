package io.nuncio.http.headermutation;

import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Stream;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The mutations of one stream: the filter's own first, then those of the route's levels.
final class HeaderMutationFilter implements HttpFilter {
    private final Mutations own;
    private final boolean mostSpecificLast;
    private final Stream stream;

    /// In the order in which they are applied; as the route was when the request came, null before.
    private @Nullable List<Mutations> ofRoute;

    HeaderMutationFilter(Mutations own, boolean mostSpecificLast, Stream stream) {
        this.own = own;
        this.mostSpecificLast = mostSpecificLast;
        this.stream = stream;
    }

    @Override
    public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
        own.changeRequest(headers, stream);
        for (Mutations mutations : ofRoute()) {
            mutations.changeRequest(headers, stream);
        }
        return HeadersOutcome.CONTINUE;
    }

    @Override
    public HeadersOutcome onResponseHeaders(ResponseHeaders headers, boolean endStream) {
        own.changeResponse(headers, stream);
        for (Mutations mutations : ofRoute()) {
            mutations.changeResponse(headers, stream);
        }
        return HeadersOutcome.CONTINUE;
    }

    private List<Mutations> ofRoute() {
        List<Mutations> levels = ofRoute;
        if (levels == null) {
            levels = stream.perRouteOfAllLevels(Mutations.class);
            ofRoute = levels = mostSpecificLast ? levels : levels.reversed();
        }
        return levels;
    }
}
