package io.nuncio.http.localratelimit;

import io.envoyproxy.envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RateLimitDescriptor.Entry;
import io.nuncio.tokenbucket.BucketSize;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which buckets there are.
///
/// @param bucket for requests without descriptors, null if there is none
/// @param alwaysConsumeDefault true if requests with descriptors count there, too
/// @param maxDynamicDescriptors how many buckets a descriptor with wildcards may have
record Limits(
        @Nullable BucketSize bucket,
        List<Descriptor> descriptors,
        boolean alwaysConsumeDefault,
        int maxDynamicDescriptors) {
    private static final int DEFAULT_MAX_DYNAMIC_DESCRIPTORS = 20;

    Limits {
        descriptors = List.copyOf(descriptors);
    }

    /// @param entries what a request's descriptor must be; an empty value is a wildcard
    record Descriptor(List<Entry> entries, BucketSize bucket) {
        Descriptor {
            entries = List.copyOf(entries);
        }

        boolean wildcard() {
            return entries.stream().anyMatch(entry -> entry.value().isEmpty());
        }
    }

    static Limits from(LocalRateLimit message, Problems problems) {
        return new Limits(
                message.hasTokenBucket()
                        ? BucketSize.from(message.getTokenBucket(), problems.in("token_bucket"))
                        : null,
                descriptors(message.getDescriptorsList(), problems),
                !message.hasAlwaysConsumeDefaultTokenBucket()
                        || message.getAlwaysConsumeDefaultTokenBucket().getValue(),
                message.hasMaxDynamicDescriptors()
                        ? atMostMaxInt(message.getMaxDynamicDescriptors().getValue())
                        : DEFAULT_MAX_DYNAMIC_DESCRIPTORS);
    }

    private static int atMostMaxInt(int unsigned) {
        return unsigned < 0 ? Integer.MAX_VALUE : unsigned;
    }

    private static List<Descriptor> descriptors(
            List<LocalRateLimitDescriptor> messages, Problems problems) {
        var descriptors = new ArrayList<Descriptor>(messages.size());
        Set<List<Entry>> seen = new HashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            LocalRateLimitDescriptor message = messages.get(i);
            Problems place = problems.in("descriptors[" + i + "]");
            List<Entry> entries =
                    message.getEntriesList().stream()
                            .map(entry -> new Entry(bytes(entry.getKey()), bytes(entry.getValue())))
                            .toList();
            if (!seen.add(entries)) {
                place.add("entries", "are those of another descriptor; each may stand once");
            }
            descriptors.add(
                    new Descriptor(
                            entries,
                            BucketSize.from(message.getTokenBucket(), place.in("token_bucket"))));
        }
        return descriptors;
    }

    /// Text as descriptors of requests have it: a char for each byte.
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
