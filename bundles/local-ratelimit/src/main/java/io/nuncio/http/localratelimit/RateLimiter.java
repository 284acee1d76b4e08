package io.nuncio.http.localratelimit;

import io.nuncio.spi.RateLimitDescriptor;
import io.nuncio.spi.RateLimitDescriptor.Entry;
import io.nuncio.tokenbucket.TokenBucket;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The buckets of one place in the configuration, or of one connection. Thread: any.
final class RateLimiter {
    private static final Comparator<Matched> SLOWEST_FIRST =
            Comparator.comparingDouble(matched -> matched.bucket().size().tokensPerNano());

    private final Limits limits;

    /// Null if there is none.
    private final @Nullable TokenBucket fallback;

    private final Map<List<Entry>, TokenBucket> exact = new HashMap<>();
    private final List<WildcardBuckets> wildcards = new ArrayList<>();

    /// @param bucket that counted, null if none did
    record Verdict(boolean allowed, @Nullable TokenBucket bucket) {}

    private record Matched(TokenBucket bucket, long hits) {}

    /// Buckets of these sizes, all full.
    RateLimiter(Limits limits) {
        this.limits = limits;
        fallback = limits.bucket() == null ? null : new TokenBucket(limits.bucket());
        for (Limits.Descriptor descriptor : limits.descriptors()) {
            if (descriptor.wildcard()) {
                wildcards.add(new WildcardBuckets(descriptor, limits.maxDynamicDescriptors()));
            } else {
                exact.put(descriptor.entries(), new TokenBucket(descriptor.bucket()));
            }
        }
    }

    /// Counts a request: in the bucket of each of its descriptors, the one that fills slowest
    /// first, until one has too few tokens; then in the place's own.
    Verdict count(List<RateLimitDescriptor> descriptors, long now) {
        List<Matched> matched = descriptors.isEmpty() ? List.of() : match(descriptors);
        for (Matched one : matched) {
            if (!one.bucket().take(one.hits(), now)) {
                return new Verdict(false, one.bucket());
            }
        }
        TokenBucket shown = matched.isEmpty() ? fallback : matched.getFirst().bucket();
        if (fallback != null
                && (matched.isEmpty() || limits.alwaysConsumeDefault())
                && !fallback.take(1, now)) {
            return new Verdict(false, fallback);
        }
        return new Verdict(true, shown);
    }

    private List<Matched> match(List<RateLimitDescriptor> descriptors) {
        var matched = new ArrayList<Matched>(descriptors.size());
        for (RateLimitDescriptor descriptor : descriptors) {
            TokenBucket bucket = bucket(descriptor.entries());
            if (bucket != null) {
                long hits = descriptor.hitsAddend();
                matched.add(
                        new Matched(bucket, hits == RateLimitDescriptor.NO_HITS_ADDEND ? 1 : hits));
            }
        }
        if (matched.size() > 1) {
            matched.sort(SLOWEST_FIRST);
        }
        return matched;
    }

    private @Nullable TokenBucket bucket(List<Entry> entries) {
        TokenBucket bucket = exact.get(entries);
        if (bucket != null) {
            return bucket;
        }
        for (WildcardBuckets wildcard : wildcards) {
            if (wildcard.matches(entries)) {
                return wildcard.bucket(entries);
            }
        }
        return null;
    }
}
