package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles what a matcher finds; the class that carries [Extension]. Each place that has a matcher
/// says which class its actions are of: the listener's `filter_chain_matcher` wants the name of a
/// filter chain, a `String`.
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface MatchActionFactory<C> extends ExtensionFactory<C, Object> {}
