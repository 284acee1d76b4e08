package io.nuncio.kernel.listener;

/// How connections are drained; from the command line.
///
/// @param timeNanos over how long (`--drain-time-s`)
/// @param immediate whether every decision is to close at once, rather than by a chance that grows
///   over that time (`--drain-strategy`)
public record DrainSettings(long timeNanos, boolean immediate) {
    /// Envoy's: gradually, over 600 s.
    public static final DrainSettings DEFAULT = new DrainSettings(600_000_000_000L, false);
}
