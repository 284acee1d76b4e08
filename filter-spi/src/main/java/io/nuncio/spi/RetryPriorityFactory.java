package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a retry priority (`envoy.retry_priorities`); the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface RetryPriorityFactory<C> extends ExtensionFactory<C, RetryPriorityTemplate> {}
