package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a cluster's discovery type; the class that carries [Extension].
///
/// For the types that Envoy's `type` field names (`STATIC`, `STRICT_DNS` ...) the extension is
/// found by its name (`envoy.cluster.static` ...) and its configuration is `google.protobuf.Empty`;
/// all it needs stands in the cluster itself.
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface ClusterFactory<C> extends ExtensionFactory<C, ClusterTemplate> {}
