package io.nuncio.kernel.network;

/// Where a loop's clock takes the time from.
public interface TimeSource {
    /// The machine's own time.
    TimeSource SYSTEM =
            new TimeSource() {
                @Override
                public long nanoTime() {
                    return System.nanoTime();
                }

                @Override
                public long currentTimeMillis() {
                    return System.currentTimeMillis();
                }
            };

    /// Monotonic, nanoseconds from an arbitrary origin.
    long nanoTime();

    /// Wall clock, milliseconds since the epoch.
    long currentTimeMillis();
}
