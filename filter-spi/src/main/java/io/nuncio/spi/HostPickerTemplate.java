package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A snapshot of a load balancer: immutable, shared by all workers.
@FunctionalInterface
@ConsumerType
public interface HostPickerTemplate {
    /// Makes a worker's own picker; on the worker, when it first needs the snapshot.
    HostPicker create(Worker worker);
}
