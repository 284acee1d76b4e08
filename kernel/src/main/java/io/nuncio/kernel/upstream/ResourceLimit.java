package io.nuncio.kernel.upstream;

import io.nuncio.spi.Gauge;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// One limit of a circuit breaker: how many of something a cluster may have at once, over all
/// workers. Any thread.
///
/// Asking and taking are two steps, as in Envoy: workers that ask at the same moment may go over
/// the limit by a few. The gauges change only when the count crosses the limit, so that below it a
/// request costs two atomic additions and no more.
final class ResourceLimit {
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(ResourceLimit.class, "count", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final long max;
    private final Gauge open;
    private final @Nullable Gauge remaining;
    private volatile long count;

    /// @param open 1 while nothing more is admitted
    /// @param remaining how many more are admitted; null if nobody wants to know
    ResourceLimit(long max, Gauge open, @Nullable Gauge remaining) {
        this.max = max;
        this.open = open;
        this.remaining = remaining;
        if (remaining != null) {
            remaining.add(max);
        }
    }

    boolean canCreate() {
        return count < max;
    }

    void acquire() {
        long before = (long) COUNT.getAndAdd(this, 1L);
        if (before + 1 == max) {
            open.increment();
        }
        if (remaining != null && before < max) {
            remaining.decrement();
        }
    }

    void release() {
        long before = (long) COUNT.getAndAdd(this, -1L);
        if (before == max) {
            open.decrement();
        }
        if (remaining != null && before <= max) {
            remaining.increment();
        }
    }

    long count() {
        return count;
    }

    long max() {
        return max;
    }
}
