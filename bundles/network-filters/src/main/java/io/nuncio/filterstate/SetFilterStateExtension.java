package io.nuncio.filterstate;

import io.envoyproxy.envoy.extensions.filters.network.set_filter_state.v3.Config;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;

/// Envoy's filter that sets the filter state of connections.
@Extension(
        name = "envoy.filters.network.set_filter_state",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.set_filter_state.v3.Config",
        status = "alpha",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class SetFilterStateExtension implements NetworkFilterFactory<Config> {
    @Override
    public NetworkFilterTemplate configure(Config message, FactoryContext context) {
        FilterStateValues values =
                FilterStateValues.from(
                        message.getOnNewConnectionList(), context, "on_new_connection");
        return stream -> new SetFilterStateFilter(values, stream.connection());
    }
}
