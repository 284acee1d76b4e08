package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles the input of a matcher; the class that carries [Extension]. Inputs of connections serve
/// HTTP streams too if they name both categories.
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface MatchInputFactory<C> extends ExtensionFactory<C, MatchInput> {}
