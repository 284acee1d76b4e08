package io.nuncio.kernel.route.ratelimit;

import io.nuncio.spi.RateLimitDescriptor;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// One `RateLimit`: its actions in order.
///
/// @param override the limit that metadata may give, null if none is looked for
/// @param hitsAddend how many requests one counts as, null if nobody said
record CompiledRateLimit(
        int stage,
        String disableKey,
        List<RateLimitAction> actions,
        @Nullable LimitOverride override,
        @Nullable HitsAddend hitsAddend)
        implements RateLimitPolicy {
    CompiledRateLimit {
        actions = List.copyOf(actions);
    }

    @Override
    public @Nullable RateLimitDescriptor descriptor(RequestHeaders headers, StreamInfo info) {
        var entries = new ArrayList<RateLimitDescriptor.Entry>(actions.size());
        for (RateLimitAction action : actions) {
            if (!action.describe(headers, info, entries)) {
                return null;
            }
        }
        long hits = RateLimitDescriptor.NO_HITS_ADDEND;
        if (hitsAddend != null) {
            hits = hitsAddend.of(headers, info);
            if (hits < 0) {
                return null;
            }
        }
        return new RateLimitDescriptor(
                entries, override == null ? null : override.limit(info), hits);
    }
}
