package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// One compiled `RateLimit` of Envoy's API: of a route or virtual host ([Route#rateLimits]), or of
/// a filter's own configuration ([FactoryContext#rateLimits]). It limits nothing; it says what a
/// request counts as, and filters count. Immutable, shared by all workers.
@ProviderType
public interface RateLimitPolicy {
    /// Which filters it is for: those of the same stage, 0 to 10; 0 by default.
    int stage();

    /// The runtime key that switches it off, empty if there is none. What that means is the
    /// filter's own.
    String disableKey();

    /// What the request counts as. Thread: the stream's worker.
    ///
    /// @param info with the route resolved, as [Stream#route] and [Stream#perRoute] leave it
    /// @return null if an action had nothing to add, so that the policy does not concern the
    ///   request
    @Nullable RateLimitDescriptor descriptor(RequestHeaders headers, StreamInfo info);
}
