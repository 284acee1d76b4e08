package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A distribution of values, kept in Envoy's log-linear buckets. Any thread may record; on a worker
/// it costs an add to the worker's own buckets. What was recorded shows after the next flush of the
/// statistics.
@ProviderType
public interface Histogram {
    /// The whole name; put together at each call, so not for the request path.
    String name();

    Unit unit();

    /// @param value in the histogram's unit, 0 or more; a [Unit#PERCENT] counts in millionths:
    ///   1,000,000 is 1.0, the whole
    void record(long value);

    /// What a value counts; Envoy's units.
    enum Unit {
        UNSPECIFIED,
        BYTES,
        MICROSECONDS,
        MILLISECONDS,
        PERCENT
    }
}
