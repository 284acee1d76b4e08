package io.nuncio.http.router;

import org.jspecify.annotations.Nullable;

/// The attempts of a request that are under way, the latest first: one, or more while a slow one is
/// overtaken by another.
final class Attempts {
    private @Nullable UpstreamRequest first;

    void add(UpstreamRequest attempt) {
        attempt.next = first;
        first = attempt;
    }

    @Nullable UpstreamRequest first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    boolean contains(UpstreamRequest attempt) {
        for (UpstreamRequest one = first; one != null; one = one.next) {
            if (one == attempt) {
                return true;
            }
        }
        return false;
    }

    void remove(UpstreamRequest attempt) {
        if (first == attempt) {
            first = attempt.next;
            return;
        }
        for (UpstreamRequest one = first; one != null; one = one.next) {
            if (one.next == attempt) {
                one.next = attempt.next;
                return;
            }
        }
    }

    /// Takes the latest out, null if there is none.
    @Nullable UpstreamRequest poll() {
        UpstreamRequest latest = first;
        if (latest != null) {
            first = latest.next;
        }
        return latest;
    }

    /// Ends all but one.
    void cancelOthers(UpstreamRequest kept) {
        for (UpstreamRequest one = first; one != null; one = one.next) {
            if (one != kept) {
                one.cancel();
            }
        }
        first = kept;
        kept.next = null;
    }

    void cancelAll() {
        for (UpstreamRequest one = poll(); one != null; one = poll()) {
            one.cancel();
        }
    }
}
