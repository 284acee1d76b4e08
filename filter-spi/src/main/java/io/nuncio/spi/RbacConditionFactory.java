package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles a principal or a permission of an RBAC policy; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface RbacConditionFactory<C> extends ExtensionFactory<C, RbacCondition> {}
