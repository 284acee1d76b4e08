package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Adds command operators to format strings; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface FormatterFactory<C> extends ExtensionFactory<C, FormatCommands> {}
