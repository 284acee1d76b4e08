package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles the configuration of an access log filter; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface LogFilterFactory<C> extends ExtensionFactory<C, LogFilter> {}
