package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// The shape of every extension: a factory compiles a configuration to a template.
///
/// Each category has an interface of its own that fixes the template ([HttpFilterFactory],
/// [NetworkFilterFactory] ...); an extension implements that one.
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
/// @param <T> what the category compiles to
@ConsumerType
public interface ExtensionFactory<C, T> {
    /// Compiles one configuration.
    ///
    /// Thread: main, or a thread beside it for large updates; never two calls at once for one
    /// factory. Must not block. Errors: report each to `context.problems()` and return a template
    /// all the same; it is not used if there was a problem.
    ///
    /// @param config already checked against the message's own rules
    T configure(C config, FactoryContext context);
}
