package io.nuncio.network.directresponse;

import io.envoyproxy.envoy.extensions.filters.network.direct_response.v3.Config;
import io.nuncio.spi.Category;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;

/// Envoy's direct response filter for connections.
@Extension(
        name = "envoy.filters.network.direct_response",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.direct_response.v3.Config",
        securityPosture = "unknown")
public final class DirectResponseExtension implements NetworkFilterFactory<Config> {
    @Override
    public NetworkFilterTemplate configure(Config message, FactoryContext context) {
        return new Template(
                message.hasResponse()
                        ? DataSources.bytes(
                                message.getResponse(), context.problems().in("response"))
                        : new byte[0]);
    }

    /// What every connection gets; never changed.
    private static final class Template implements NetworkFilterTemplate {
        private final byte[] response;

        Template(byte[] response) {
            this.response = response;
        }

        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new DirectResponseFilter(response, stream.connection());
        }

        @Override
        public boolean terminal() {
            return true;
        }
    }
}
