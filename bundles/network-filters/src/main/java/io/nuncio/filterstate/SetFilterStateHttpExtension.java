package io.nuncio.filterstate;

import io.envoyproxy.envoy.extensions.filters.http.set_filter_state.v3.Config;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.PerRouteFactory;

/// Envoy's filter that sets the filter state of requests.
@Extension(
        name = "envoy.filters.http.set_filter_state",
        type = "envoy.extensions.filters.http.set_filter_state.v3.Config",
        status = "alpha",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class SetFilterStateHttpExtension
        implements HttpFilterFactory<Config>, PerRouteFactory<Config> {
    @Override
    public HttpFilterTemplate configure(Config message, FactoryContext context) {
        FilterStateValues values = values(message, context);
        return stream -> new SetFilterStateHttpFilter(values, stream);
    }

    @Override
    public Object configureRoute(Config message, FactoryContext context) {
        return values(message, context);
    }

    private static FilterStateValues values(Config message, FactoryContext context) {
        return FilterStateValues.from(
                message.getOnRequestHeadersList(), context, "on_request_headers");
    }
}
