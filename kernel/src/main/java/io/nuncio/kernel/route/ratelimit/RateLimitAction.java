package io.nuncio.kernel.route.ratelimit;

import io.nuncio.spi.RateLimitDescriptor.Entry;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;

import java.util.List;

/// Makes one entry of a descriptor. Immutable; any worker.
@FunctionalInterface
interface RateLimitAction {
    /// Adds what the request has to `entries`.
    ///
    /// @return false if that is nothing, so that there is no descriptor; an action that may be
    ///   skipped adds nothing and returns true
    boolean describe(RequestHeaders headers, StreamInfo info, List<Entry> entries);
}
