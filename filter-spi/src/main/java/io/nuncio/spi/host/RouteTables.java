package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.nuncio.spi.FactoryContext;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// Compiles route configurations. Thread: main.
@ProviderType
public interface RouteTables {
    /// @param filters the HTTP filters of the chain, by which `typed_per_filter_config` is compiled
    /// @param context its statistics scope and logger serve the per-route configurations; problems
    ///   are reported below `field`
    RouteTable compile(
            RouteConfiguration config,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context,
            String field);

    /// Routes from a subscription (RDS). Whoever serves waits for the first by an init target of
    /// the context.
    ///
    /// @param name the route configuration's
    /// @param context its statistics scope gets `rds.<name>.`; problems of the source are reported
    ///   below `field`
    /// @return null if the source is of no use; the problem is reported
    @Nullable RouteSource subscribe(
            String name,
            ConfigSource source,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context,
            String field);
}
