package io.nuncio.loadbalancers;

import io.nuncio.spi.Host;
import io.nuncio.spi.HostPicker;
import io.nuncio.spi.HostSources;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.PriorityLoad;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One worker's picker over one snapshot: which source, then which host of it. Thread: that worker.
final class SourcePicker implements HostPicker {
    private final HostSources sources;
    private final Worker worker;
    private final UnweightedPick unweighted;
    private final EdfSchedule.@Nullable HostWeight weight;
    private final @Nullable EdfSchedule[] schedules;
    private final boolean[] known;

    /// Takes a host of a source whose hosts all weigh the same.
    @FunctionalInterface
    interface UnweightedPick {
        /// @param hosts never empty
        Host pick(List<Host> hosts, int source);
    }

    /// @param weight null for a balancer that does not look at weights
    SourcePicker(
            HostSources sources,
            Worker worker,
            UnweightedPick unweighted,
            EdfSchedule.@Nullable HostWeight weight) {
        this.sources = sources;
        this.worker = worker;
        this.unweighted = unweighted;
        this.weight = weight;
        schedules = new EdfSchedule[sources.size()];
        known = new boolean[sources.size()];
    }

    @Override
    public @Nullable Host pick(LoadBalancerContext context) {
        Host host = pickOnce(context);
        for (int left = context.retryCount(); left > 0; left--) {
            if (host == null || !context.refuses(host)) {
                return host;
            }
            host = pickOnce(context);
        }
        return host;
    }

    private @Nullable Host pickOnce(LoadBalancerContext context) {
        PriorityLoad load = sources.load(context);
        int source =
                sources.single(load) ? sources.choose(0) : sources.choose(worker.random(), load);
        List<Host> hosts = sources.hosts(source);
        if (hosts.isEmpty()) {
            return null;
        }
        if (weight != null) {
            EdfSchedule schedule = schedule(source, hosts, weight);
            if (schedule != null) {
                return schedule.pick();
            }
        }
        return unweighted.pick(hosts, source);
    }

    private @Nullable EdfSchedule schedule(
            int source, List<Host> hosts, EdfSchedule.HostWeight hostWeight) {
        if (!known[source]) {
            known[source] = true;
            if (!weighTheSame(hosts)) {
                int start = (int) Long.remainderUnsigned(worker.random(), hosts.size());
                schedules[source] = new EdfSchedule(hosts, hostWeight, start);
            }
        }
        return schedules[source];
    }

    private static boolean weighTheSame(List<Host> hosts) {
        int first = hosts.getFirst().weight();
        for (Host host : hosts) {
            if (host.weight() != first) {
                return false;
            }
        }
        return true;
    }
}
