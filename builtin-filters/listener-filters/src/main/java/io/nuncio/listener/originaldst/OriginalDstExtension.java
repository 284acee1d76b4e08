package io.nuncio.listener.originaldst;

import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;

/// Envoy's original destination filter.
@Extension(
        name = "envoy.filters.listener.original_dst",
        category = Category.LISTENER_FILTER,
        type = "envoy.extensions.filters.listener.original_dst.v3.OriginalDst",
        securityPosture = "robust_to_untrusted_downstream")
public final class OriginalDstExtension implements ListenerFilterFactory<OriginalDst> {
    @Override
    public ListenerFilterTemplate configure(OriginalDst message, FactoryContext context) {
        return OriginalDstFilter::new;
    }
}
