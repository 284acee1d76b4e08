package io.nuncio.network.echo;

import io.envoyproxy.envoy.extensions.filters.network.echo.v3.Echo;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;

/// Envoy's echo filter, which has no configuration.
@Extension(
        name = "envoy.filters.network.echo",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.echo.v3.Echo",
        securityPosture = "unknown")
public final class EchoExtension implements NetworkFilterFactory<Echo> {
    @Override
    public NetworkFilterTemplate configure(Echo message, FactoryContext context) {
        return new Template();
    }

    private record Template() implements NetworkFilterTemplate {
        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new EchoFilter(stream.connection());
        }

        @Override
        public boolean terminal() {
            return true;
        }
    }
}
