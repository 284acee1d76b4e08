package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a retry host predicate (`envoy.retry_host_predicates`); the class that carries
/// [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface RetryHostPredicateFactory<C>
        extends ExtensionFactory<C, RetryHostPredicateTemplate> {}
