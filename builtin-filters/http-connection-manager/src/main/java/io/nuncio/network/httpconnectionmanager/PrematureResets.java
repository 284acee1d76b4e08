package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.RuntimeValues;

import java.util.function.LongSupplier;

/// Tells peers that open streams and reset them at once from those that have better things to do
/// (CVE-2023-44487): a connection on which at least half of the streams end early and without an
/// answer is closed.
///
/// Limits, as Envoy's runtime keys: `overload.premature_reset_total_stream_count` (500 streams are
/// looked at, at least) and `overload.premature_reset_min_stream_lifetime_seconds` (1; who lives
/// longer does not count).
final class PrematureResets {
    /// Where the limits come from; shared by all connections.
    record Limits(LongSupplier totalStreams, LongSupplier minLifetimeSeconds) {
        static Limits from(RuntimeValues runtime) {
            return new Limits(
                    runtime.integer("overload.premature_reset_total_stream_count", 500),
                    runtime.integer("overload.premature_reset_min_stream_lifetime_seconds", 1));
        }
    }

    private final Limits limits;
    private long streams;
    private long premature;

    PrematureResets(Limits limits) {
        this.limits = limits;
    }

    /// A stream has ended.
    ///
    /// @param answered true if a response was begun
    /// @return true if the connection should be closed
    boolean onStreamEnd(long lifetimeNanos, boolean answered) {
        streams++;
        if (!answered && lifetimeNanos / 1_000_000_000 <= limits.minLifetimeSeconds.getAsLong()) {
            premature++;
        } else if (premature == 0) {
            return false;
        }
        // Before so many streams were seen: as if all that follow were good ones.
        return premature * 2 >= Math.max(streams, limits.totalStreams.getAsLong());
    }
}
