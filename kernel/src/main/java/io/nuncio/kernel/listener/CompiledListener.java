package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.spi.StatsScope;

import java.util.List;

/// A listener ready to serve: immutable, shared by all workers.
///
/// @param limit of its connections
/// @param globalLimit of all listeners' connections
/// @param chains all filter chains, in the order of the message, the default one last
/// @param listenerScope the statistics of the listener itself, let go with it
record CompiledListener(
        io.envoyproxy.envoy.config.listener.v3.Listener message,
        ListenerConfig config,
        ConnectionLimit limit,
        ConnectionLimit globalLimit,
        SocketFilters socketFilters,
        List<FilterChain> chains,
        FilterChainChoice choice,
        ListenerStats stats,
        StatsScope listenerScope) {
    CompiledListener {
        chains = List.copyOf(chains);
    }

    /// True if anything here is of the bundle.
    boolean uses(String bundle) {
        return socketFilters.leases().of(bundle)
                || chains.stream().anyMatch(chain -> chain.uses(bundle));
    }

    /// True if that very chain is one of these.
    boolean has(FilterChain chain) {
        return chains.stream().anyMatch(each -> each == chain);
    }

    /// Lets go of the extensions. Main thread, once no connection uses them.
    void close() {
        socketFilters.close();
        chains.forEach(FilterChain::close);
        listenerScope.close();
    }
}
