package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a custom matcher, such as one of address ranges; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface CustomMatcherFactory<C> extends ExtensionFactory<C, CustomMatcherTemplate> {}
