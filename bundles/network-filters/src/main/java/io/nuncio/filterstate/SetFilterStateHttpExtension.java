package io.nuncio.filterstate;

import io.envoyproxy.envoy.extensions.filters.http.set_filter_state.v3.Config;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;

/// Envoy's filter that sets the filter state of requests.
@Extension(
        name = "envoy.filters.http.set_filter_state",
        type = "envoy.extensions.filters.http.set_filter_state.v3.Config",
        status = "alpha",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class SetFilterStateHttpExtension implements HttpFilterFactory<Config> {
    @Override
    public HttpFilterTemplate configure(Config message, FactoryContext context) {
        FilterStateValues values =
                FilterStateValues.from(
                        message.getOnRequestHeadersList(), context, "on_request_headers");
        return stream -> new SetFilterStateHttpFilter(values, stream);
    }
}
