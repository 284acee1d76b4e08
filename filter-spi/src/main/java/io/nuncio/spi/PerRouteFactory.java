package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Implemented by an HTTP filter factory beside [HttpFilterFactory] when routes, virtual hosts or
/// route configurations can carry a configuration of their own for the filter
/// (`typed_per_filter_config`).
///
/// @param <R> the per-route configuration: a protobuf message class or a record
@ConsumerType
public interface PerRouteFactory<R> {
    /// Compiles one per-route configuration to an immutable value, which streams then get from
    /// [Stream#perRoute]. An `AutoCloseable` is closed, on the main thread, when the route table
    /// that it is part of was replaced and no stream uses it any more.
    ///
    /// Thread and errors: as for [HttpFilterFactory#configure].
    Object configureRoute(R config, FactoryContext context);
}
