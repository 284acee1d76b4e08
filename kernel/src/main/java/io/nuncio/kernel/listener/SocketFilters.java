package io.nuncio.kernel.listener;

import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.MatchTree;

import org.jspecify.annotations.Nullable;

/// What a listener has beside its filter chains: the filters that sockets pass before they are
/// connections, the access log, and the matcher that names a socket's chain.
///
/// @param accessLogger null if the listener has no access log
/// @param chainNames null if the chains' own rules decide
/// @param leases what all of these hold
/// @param sockets those that are on their way through the filters
record SocketFilters(
        FilterTemplates<ListenerFilterTemplate> filters,
        @Nullable AccessLogger accessLogger,
        @Nullable MatchTree<String> chainNames,
        Leases leases,
        UseCount sockets) {
    /// Main thread, once no socket uses them.
    void close() {
        filters.close();
        if (accessLogger != null) {
            accessLogger.close();
        }
        leases.giveBack();
    }
}
