package io.nuncio.kernel.network;

import io.nuncio.spi.RuntimeValues;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// How many connections may be open at once, over all workers, by a runtime key; without a limit if
/// the key is not set. Thread: any.
public final class ConnectionLimit {
    /// The key of the limit of all listeners together.
    static final String GLOBAL = "overload.global_downstream_max_connections";

    private final String key;
    private final LongSupplier limit;
    private final AtomicLong open = new AtomicLong();

    private ConnectionLimit(RuntimeValues runtime, String key) {
        this.key = key;
        limit = runtime.integer(key, Long.MAX_VALUE);
    }

    public static ConnectionLimit ofListener(String name, RuntimeValues runtime) {
        return new ConnectionLimit(
                runtime, "envoy.resource_limits.listener." + name + ".connection_limit");
    }

    public static ConnectionLimit ofAll(RuntimeValues runtime) {
        return new ConnectionLimit(runtime, GLOBAL);
    }

    /// Counts one more.
    ///
    /// @return false if there are too many already; then nothing is counted
    public boolean open() {
        if (open.incrementAndGet() <= limit.getAsLong()) {
            return true;
        }
        open.decrementAndGet();
        return false;
    }

    /// Counts one more even if there are too many.
    public void count() {
        open.incrementAndGet();
    }

    /// Why one was refused, and what to change.
    public String exceeded() {
        return "connection closed: the limit of "
                + limit.getAsLong()
                + " connections, the runtime key "
                + key
                + ", is reached";
    }

    /// One that was counted has ended.
    public void close() {
        open.decrementAndGet();
    }
}
