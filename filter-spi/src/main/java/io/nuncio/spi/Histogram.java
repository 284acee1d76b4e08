package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A distribution of values, kept in Envoy's log-linear buckets. Any thread may record; on a worker
/// it costs an add to the worker's own buckets.
@ProviderType
public interface Histogram {
    String name();

    Unit unit();

    /// @param value in the histogram's unit, 0 or more
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
