package io.nuncio.kernel.listener;

import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A listener ready to serve: immutable, shared by all workers.
///
/// @param limit of its connections
/// @param globalLimit of all listeners' connections
/// @param chains all filter chains, the default one included
/// @param accessLogger null if the listener has no access log
/// @param scopes the statistics to let go with the listener
record CompiledListener(
        io.envoyproxy.envoy.config.listener.v3.Listener message,
        ListenerConfig config,
        ConnectionLimit limit,
        ConnectionLimit globalLimit,
        List<ListenerFilterTemplate> listenerFilters,
        List<FilterChain> chains,
        FilterChainChoice choice,
        @Nullable AccessLogger accessLogger,
        ListenerStats stats,
        List<StatsScope> scopes,
        StatsScope listenerScope) {
    CompiledListener {
        listenerFilters = List.copyOf(listenerFilters);
        chains = List.copyOf(chains);
        scopes = List.copyOf(scopes);
    }

    /// Lets go of the extensions. Main thread, once no connection uses them.
    void close() {
        listenerFilters.forEach(ListenerFilterTemplate::close);
        chains.forEach(FilterChain::close);
        if (accessLogger != null) {
            accessLogger.close();
        }
        scopes.forEach(StatsScope::close);
    }
}
