package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles one kind of active health check; the class that carries [Extension]. Scheduling,
/// thresholds and host flags are the kernel's; the extension asks one host once.
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface HealthCheckerFactory<C> extends ExtensionFactory<C, HealthCheckerTemplate> {}
