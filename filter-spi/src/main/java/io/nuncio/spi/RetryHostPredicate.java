package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Refuses hosts for the retries of one request. Thread: the request's worker.
///
/// A host that is refused is picked again as often as the retry policy says; the last one is used,
/// refused or not.
@ConsumerType
public interface RetryHostPredicate {
    /// True if a retry should not go to this host (Envoy: shouldSelectAnotherHost).
    boolean refuses(Host host);

    /// An attempt went to this host, or failed to connect to it.
    default void onHostAttempted(Host host) {}
}
