package io.nuncio.distribution.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.RawClient;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/// How long requests take that are sent one every five milliseconds, counted from when each was
/// due, so that a late answer makes the next ones late, too.
record Latencies(long[] sortedNanos) {
    private static final long INTERVAL_NANOS = 5_000_000;

    /// Every answer has to be 200.
    static Latencies of(InetSocketAddress address, Duration duration) {
        long[] nanos = new long[(int) (duration.toNanos() / INTERVAL_NANOS)];
        try (RawClient client = RawClient.connect(address)) {
            long begin = System.nanoTime();
            for (int index = 0; index < nanos.length; index++) {
                long due = begin + index * INTERVAL_NANOS;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                        .isEqualTo(200);
                nanos[index] = System.nanoTime() - due;
            }
        }
        Arrays.sort(nanos);
        return new Latencies(nanos);
    }

    int count() {
        return sortedNanos.length;
    }

    /// In milliseconds, for reports.
    String percentile(double percent) {
        int index = (int) Math.ceil(sortedNanos.length * percent / 100) - 1;
        return String.format(Locale.ROOT, "%.2f ms", sortedNanos[index] / 1e6);
    }
}
