package io.nuncio.kernel.listener;

import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

/// What the parts of a listener are compiled with. Thread: main.
///
/// @param initTargets what the listener waits for before it serves
/// @param problems at the listener
record CompilePlace(
        ListenerManager.Services services,
        ListenerConfig config,
        InitTargets initTargets,
        Problems problems) {
    /// The same for what is compiled later.
    CompilePlace reporting(Problems others) {
        return new CompilePlace(services, config, initTargets, others);
    }

    /// A context whose statistics end with the leases.
    FactoryContext context(Leases leases) {
        StatsScope root = services.stats().scope("");
        StatsScope listener = services.stats().scope("listener." + config.statPrefix());
        leases.atEnd(root::close);
        leases.atEnd(listener::close);
        return services.contexts()
                .create(config.name(), root, listener, initTargets, leases, problems);
    }
}
