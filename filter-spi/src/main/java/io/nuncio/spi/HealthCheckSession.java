package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// The checks of one host. Thread: main.
@ConsumerType
public interface HealthCheckSession {
    /// Begins one check; answer exactly once. Not called again before the answer.
    void check(Verdict verdict);

    /// The check's time is over, or the host has gone: stop what is under way and do not answer.
    void cancel();

    void close();

    /// Who waits for the outcome of a check.
    interface Verdict {
        void healthy();

        /// Alive, but to be used last.
        void degraded();

        /// @param network true if the host could not be reached, false if it answered badly
        void unhealthy(boolean network, String reason);
    }
}
