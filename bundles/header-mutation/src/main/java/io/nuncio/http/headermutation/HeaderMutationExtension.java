package io.nuncio.http.headermutation;

import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutation;
import io.envoyproxy.envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.PerRouteFactory;

/// Envoy's header mutation filter.
@Extension(
        name = "envoy.filters.http.header_mutation",
        type = {
            "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
            "envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute"
        },
        securityPosture = "unknown")
public final class HeaderMutationExtension
        implements HttpFilterFactory<HeaderMutation>, PerRouteFactory<HeaderMutationPerRoute> {
    @Override
    public HttpFilterTemplate configure(HeaderMutation message, FactoryContext context) {
        Mutations mutations =
                Mutations.from(message.getMutations(), context.in("mutations", context.name()));
        boolean mostSpecificLast = message.getMostSpecificHeaderMutationsWins();
        return stream -> new HeaderMutationFilter(mutations, mostSpecificLast, stream);
    }

    @Override
    public Object configureRoute(HeaderMutationPerRoute message, FactoryContext context) {
        return Mutations.from(message.getMutations(), context.in("mutations", context.name()));
    }
}
