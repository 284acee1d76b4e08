package io.nuncio.network.connectionlimit;

import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StatsScope;

import org.slf4j.Logger;

import java.util.concurrent.atomic.AtomicLong;

/// Envoy's connection limit filter.
@Extension(
        name = "envoy.filters.network.connection_limit",
        category = Category.NETWORK_FILTER,
        type = "envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class ConnectionLimitExtension implements NetworkFilterFactory<ConnectionLimit> {
    @Override
    public NetworkFilterTemplate configure(ConnectionLimit message, FactoryContext context) {
        StatsScope scope =
                context.serverStats().scope("connection_limit." + message.getStatPrefix());
        return new Template(
                new Shared(
                        ConnectionLimitConfig.from(message, context),
                        ConnectionLimitStats.in(scope),
                        new AtomicLong(),
                        context.logger()),
                scope);
    }

    private record Template(Shared shared, StatsScope scope) implements NetworkFilterTemplate {
        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new ConnectionLimitFilter(shared, stream);
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    /// What all connections of a configuration share, on all workers.
    ///
    /// @param connections that are open, those that are about to be closed among them
    record Shared(
            ConnectionLimitConfig config,
            ConnectionLimitStats stats,
            AtomicLong connections,
            Logger log) {}
}
