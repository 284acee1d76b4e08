package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A compiled retry priority: immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface RetryPriorityTemplate {
    /// Makes the instance of one request; on its worker, when the request may be tried again.
    RetryPriority create();
}
