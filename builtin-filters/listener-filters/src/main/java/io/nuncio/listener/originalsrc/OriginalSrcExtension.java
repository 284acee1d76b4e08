package io.nuncio.listener.originalsrc;

import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterFactory;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.UpstreamSource;

/// Envoy's original source filter.
@Extension(
        name = "envoy.filters.listener.original_src",
        category = Category.LISTENER_FILTER,
        type = "envoy.extensions.filters.listener.original_src.v3.OriginalSrc",
        status = "alpha",
        securityPosture = "robust_to_untrusted_downstream")
public final class OriginalSrcExtension implements ListenerFilterFactory<OriginalSrc> {
    @Override
    public ListenerFilterTemplate configure(OriginalSrc message, FactoryContext context) {
        int mark = message.getMark();
        return socket -> new OriginalSrcFilter(mark, socket);
    }

    private record OriginalSrcFilter(int mark, AcceptedSocket socket) implements ListenerFilter {
        @Override
        public Outcome onAccept() {
            if (socket.info().remoteAddress() instanceof Address.Ip ip) {
                socket.filterState(
                        UpstreamSource.FILTER_STATE,
                        new UpstreamSource(new Address.Ip(ip.address(), 0), mark));
            }
            return Outcome.CONTINUE;
        }
    }
}
