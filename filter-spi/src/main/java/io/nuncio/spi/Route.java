package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.Metadata;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// What a request matched: an immutable entry of the route table.
@ProviderType
public interface Route {
    /// What stands for 'nothing matched'.
    Route NONE =
            new Route() {
                @Override
                public String name() {
                    return "";
                }

                @Override
                public String virtualHost() {
                    return "";
                }

                @Override
                public @Nullable Object perFilter(String filterName) {
                    return null;
                }

                @Override
                public String toString() {
                    return "no route";
                }
            };

    /// The route's name in the configuration, empty if it has none.
    String name();

    /// The name of the virtual host, empty for [#NONE].
    String virtualHost();

    /// The most specific compiled per-route configuration of the filter with that name in the
    /// chain, null if there is none.
    @Nullable Object perFilter(String filterName);

    /// The compiled per-route configurations of the filter with that name in the chain, the least
    /// specific first.
    default List<?> perFilterOfAllLevels(String filterName) {
        Object only = perFilter(filterName);
        return only == null ? List.of() : List.of(only);
    }

    /// Whether the proxy answers requests of this route by itself, by a redirect or a direct
    /// response.
    default boolean answersItself() {
        return false;
    }

    /// The route's metadata; empty if it has none.
    default Metadata metadata() {
        return Metadata.getDefaultInstance();
    }

    /// Whether streams of this route get the filter with that name in the chain.
    ///
    /// @param byDefault what holds if the route does not say
    default boolean filterEnabled(String filterName, boolean byDefault) {
        return byDefault;
    }

    /// What the route's requests count as for rate limits; empty if it says nothing. Compiled once:
    /// asking costs nothing.
    default List<RateLimitPolicy> rateLimits() {
        return List.of();
    }

    /// The same as the virtual host says it.
    default List<RateLimitPolicy> virtualHostRateLimits() {
        return List.of();
    }

    /// Whether the virtual host's rate limits hold besides the route's own
    /// (`include_vh_rate_limits`); by default they hold where the route has none.
    default boolean includeVirtualHostRateLimits() {
        return false;
    }
}
