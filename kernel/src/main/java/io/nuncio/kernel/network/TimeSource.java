package io.nuncio.kernel.network;

import java.time.Instant;

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

                @Override
                public long currentTimeMicros() {
                    Instant now = Instant.now();
                    return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
                }
            };

    /// Monotonic, nanoseconds from an arbitrary origin.
    long nanoTime();

    /// Wall clock, milliseconds since the epoch.
    long currentTimeMillis();

    /// The same in microseconds.
    default long currentTimeMicros() {
        return currentTimeMillis() * 1000;
    }
}
