package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles the configuration of an HTTP filter; the class that carries [Extension].
///
/// Three levels, the same for every category: this factory exists once per bundle generation, the
/// template once per place in the configuration that names the filter, the filter once per stream.
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface HttpFilterFactory<C> extends ExtensionFactory<C, HttpFilterTemplate> {}
