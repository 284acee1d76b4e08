package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// Makes statistics under a common prefix, such as `http.ingress.`. Making one is for the main
/// thread, when a template is compiled; the statistic itself may be used from any thread. A
/// statistic lives until the last scope that named it is closed.
@ProviderType
public interface StatsScope {
    /// The counter of that name below the prefix; the same one for the same name.
    Counter counter(String name);

    Gauge gauge(String name);

    Histogram histogram(String name, Histogram.Unit unit);

    /// A statistic whose value is text, such as a version.
    TextReadout textReadout(String name);

    /// A scope whose prefix is this one's followed by `prefix` (a dot is added if it lacks one).
    StatsScope scope(String prefix);
}
