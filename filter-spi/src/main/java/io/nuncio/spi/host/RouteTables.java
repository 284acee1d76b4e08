package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.nuncio.spi.FactoryContext;

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
}
