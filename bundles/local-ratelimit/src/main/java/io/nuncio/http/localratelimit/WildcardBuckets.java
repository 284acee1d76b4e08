package io.nuncio.http.localratelimit;

import io.nuncio.spi.RateLimitDescriptor.Entry;
import io.nuncio.tokenbucket.TokenBucket;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// A bucket for each value that requests have where a descriptor of the configuration has none.
/// When there are more than may be, the least recently used ones go.
///
/// Thread: any, and none waits: while one worker lets buckets go, others may add some beyond the
/// limit, which go then, too.
final class WildcardBuckets {
    private final Limits.Descriptor descriptor;
    private final int max;
    private final Map<List<Entry>, Slot> slots = new ConcurrentHashMap<>();
    private final AtomicLong uses = new AtomicLong();
    private final AtomicBoolean evicting = new AtomicBoolean();

    /// The least recently used ones when they were last looked for, in order; only for who is
    /// `evicting`.
    private final Queue<Candidate> candidates = new ArrayDeque<>();

    private static final class Slot {
        final TokenBucket bucket;
        volatile long lastUse;

        Slot(TokenBucket bucket) {
            this.bucket = bucket;
        }
    }

    private record Candidate(List<Entry> entries, Slot slot, long lastUse) {}

    WildcardBuckets(Limits.Descriptor descriptor, int max) {
        this.descriptor = descriptor;
        this.max = max;
    }

    /// True if the keys are the same, and the values where the configuration has one.
    boolean matches(List<Entry> entries) {
        List<Entry> wanted = descriptor.entries();
        if (entries.size() != wanted.size()) {
            return false;
        }
        for (int i = 0; i < wanted.size(); i++) {
            Entry want = wanted.get(i);
            Entry have = entries.get(i);
            boolean value = want.value().isEmpty() || want.value().equals(have.value());
            if (!value || !want.key().equals(have.key())) {
                return false;
            }
        }
        return true;
    }

    /// The bucket of these values, a full one if they are new.
    TokenBucket bucket(List<Entry> entries) {
        Slot slot = slots.get(entries);
        if (slot != null) {
            slot.lastUse = uses.incrementAndGet();
            return slot.bucket;
        }
        var made = new Slot(new TokenBucket(descriptor.bucket()));
        made.lastUse = uses.incrementAndGet();
        Slot other = slots.putIfAbsent(entries, made);
        if (other != null) {
            return other.bucket;
        }
        evict();
        return made.bucket;
    }

    int size() {
        return slots.size();
    }

    private void evict() {
        while (slots.size() > max && evicting.compareAndSet(false, true)) {
            try {
                while (slots.size() > max) {
                    evictOne();
                }
            } finally {
                evicting.set(false);
            }
        }
    }

    private void evictOne() {
        for (Candidate one = candidates.poll(); one != null; one = candidates.poll()) {
            if (one.slot().lastUse == one.lastUse() && slots.remove(one.entries(), one.slot())) {
                return;
            }
        }
        var all = new ArrayList<Candidate>(slots.size());
        slots.forEach((entries, slot) -> all.add(new Candidate(entries, slot, slot.lastUse)));
        all.sort(Comparator.comparingLong(Candidate::lastUse));
        // Looking for them takes a walk over all: it is worth a sixteenth of them.
        candidates.addAll(all.subList(0, Math.min(all.size(), max / 16 + 1)));
    }
}
