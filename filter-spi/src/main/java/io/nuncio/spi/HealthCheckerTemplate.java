package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled health check. Thread: main.
@ConsumerType
public interface HealthCheckerTemplate {
    /// Makes the session that checks one host, again and again, until it is closed.
    HealthCheckSession open(Host host);

    default void close() {}
}
