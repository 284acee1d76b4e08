package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a way of making request ids; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class or a record
@ConsumerType
public interface RequestIdFactory<C> extends ExtensionFactory<C, RequestIdTemplate> {}
