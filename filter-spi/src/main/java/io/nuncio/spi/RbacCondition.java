package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// A condition of an RBAC policy: who the peer is, or what it does. Immutable, shared by all
/// workers.
@FunctionalInterface
@ConsumerType
public interface RbacCondition {
    /// Thread: the worker.
    ///
    /// @param subject a request as far as its headers have come, or a connection, which has none
    boolean matches(MatchContext subject);
}
