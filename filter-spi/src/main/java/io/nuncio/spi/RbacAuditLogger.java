package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Is told what the rules of an RBAC filter have decided. Shared by all workers; what it opens it
/// gets by [FactoryContext#shared], so that it is let go with the last configuration.
@FunctionalInterface
@ConsumerType
public interface RbacAuditLogger {
    /// Thread: the worker. Must not block: hand the bytes to a [LogFile].
    ///
    /// @param subject a request as far as its headers have come, or a connection, which has none
    void log(MatchContext subject, Decision decision);

    /// What was decided.
    ///
    /// @param filter the name of the filter in the configuration
    /// @param policy that matched, empty if none did
    record Decision(String filter, String policy, boolean allowed) {}
}
