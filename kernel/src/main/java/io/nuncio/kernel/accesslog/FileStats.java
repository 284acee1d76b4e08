package io.nuncio.kernel.accesslog;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// The statistics of all log files together.
///
/// @param writeBuffered entries taken
/// @param writeCompleted writes to a file that succeeded
/// @param writeFailed writes that failed, and entries dropped since too much waited
/// @param flushedByTimer writes because the flush interval was over
/// @param reopenFailed files that could not be opened again
/// @param writeTotalBuffered bytes that wait
record FileStats(
        Counter writeBuffered,
        Counter writeCompleted,
        Counter writeFailed,
        Counter flushedByTimer,
        Counter reopenFailed,
        Gauge writeTotalBuffered) {
    static FileStats in(StatsScope root) {
        StatsScope scope = root.scope("filesystem");
        return new FileStats(
                scope.counter("write_buffered"),
                scope.counter("write_completed"),
                scope.counter("write_failed"),
                scope.counter("flushed_by_timer"),
                scope.counter("reopen_failed"),
                scope.gauge("write_total_buffered"));
    }
}
