package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled retry host predicate: immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface RetryHostPredicateTemplate {
    /// Makes the predicate of one request; on its worker, when the request may be tried again.
    RetryHostPredicate create();
}
