package io.nuncio.kernel.server;

import io.nuncio.kernel.compile.PlaceContext;
import io.nuncio.kernel.compile.Services;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// Makes the contexts in which the subsystems compile. The platform contains subsystems that need
/// contexts, so it is given last.
final class ContextFactory {
    private @Nullable Services services;

    /// Must be called before the first context is made.
    void services(Services all) {
        services = all;
    }

    /// A context of what serves at once.
    FactoryContext create(String name, StatsScope stats, Leases leases, Problems problems) {
        return create(name, stats, InitTargets.NONE, leases, problems);
    }

    /// A context outside any listener.
    FactoryContext create(
            String name,
            StatsScope stats,
            InitTargets initTargets,
            Leases leases,
            Problems problems) {
        return create(name, stats, stats, initTargets, leases, problems);
    }

    /// @param listenerStats the listener's scope
    /// @param initTargets what it waits for before it serves
    /// @param leases hold what is compiled
    FactoryContext create(
            String name,
            StatsScope stats,
            StatsScope listenerStats,
            InitTargets initTargets,
            Leases leases,
            Problems problems) {
        Services all = services;
        if (all == null) {
            throw new IllegalStateException(
                    "a context was asked for before the services were there");
        }
        return new PlaceContext(
                all,
                problems,
                stats,
                listenerStats,
                LoggerFactory.getLogger("config"),
                name,
                initTargets,
                leases);
    }
}
