package io.nuncio.spi;

import io.envoyproxy.envoy.type.v3.RateLimitUnit;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What one request counts as for a rate limit: `("client", "a"), ("path", "/b")`, for example.
///
/// @param entries in the order of the actions that made them; may be empty, where all actions were
///   skipped. Text has a char for each byte, as in a [HeaderMap]
/// @param limit what holds instead of the limit that the rate limiter has, null for that one
/// @param hitsAddend how many requests this one counts as, [#NO_HITS_ADDEND] if nobody said
public record RateLimitDescriptor(List<Entry> entries, @Nullable Limit limit, long hitsAddend) {
    /// The rate limiter's default holds.
    public static final long NO_HITS_ADDEND = -1;

    public RateLimitDescriptor {
        entries = List.copyOf(entries);
    }

    /// One part of a descriptor.
    public record Entry(String key, String value) {}

    /// A limit of its own.
    ///
    /// @param requestsPerUnit unsigned
    public record Limit(int requestsPerUnit, RateLimitUnit unit) {}
}
