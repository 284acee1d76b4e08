package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a condition on the value of an input; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface InputMatcherFactory<C> extends ExtensionFactory<C, InputMatcher> {}
