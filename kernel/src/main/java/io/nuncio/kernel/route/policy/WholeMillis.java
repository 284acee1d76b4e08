package io.nuncio.kernel.route.policy;

import com.google.protobuf.Duration;

import java.util.concurrent.TimeUnit;

/// Durations of routes: in whole milliseconds, as Envoy takes them.
public final class WholeMillis {
    private WholeMillis() {}

    public static long of(Duration duration) {
        return TimeUnit.SECONDS.toMillis(duration.getSeconds()) + duration.getNanos() / 1_000_000;
    }

    /// The same, counted in nanoseconds.
    public static long nanos(Duration duration) {
        return TimeUnit.MILLISECONDS.toNanos(of(duration));
    }
}
