package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Compiles the configuration of a logger of RBAC decisions; the class that carries [Extension].
///
/// @param <C> the configuration: a protobuf message class, or a record that the kernel binds from a
///   `TypedStruct`
@ConsumerType
public interface RbacAuditLoggerFactory<C> extends ExtensionFactory<C, RbacAuditLogger> {}
