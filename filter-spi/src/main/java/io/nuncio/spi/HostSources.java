package io.nuncio.spi;

import java.util.ArrayList;
import java.util.List;

/// The lists of hosts that a pick may choose from: of every priority all hosts, the healthy and the
/// degraded ones. Chooses between them as Envoy does, by each priority's share of the load and its
/// panic; which host of the list is taken is the balancer's own business.
///
/// Made by a load balancing policy for each snapshot. Immutable, shared by all workers.
public final class HostSources {
    private static final int KINDS = 3;
    private static final int ALL = 0;
    private static final int HEALTHY = 1;
    private static final int DEGRADED = 2;

    private final List<HostSet> priorities;
    private final List<List<Host>> sources;
    private final Counter healthyPanic;
    private final PriorityLoad load;
    private final boolean onlyFirst; // all picks go to the first priority's healthy hosts

    /// @param healthyPanic counts picks made in panic: `lb_healthy_panic` of the cluster
    public HostSources(List<HostSet> priorities, Counter healthyPanic) {
        this.priorities = List.copyOf(priorities);
        this.healthyPanic = healthyPanic;
        List<List<Host>> lists = new ArrayList<>(priorities.size() * KINDS);
        for (HostSet set : priorities) {
            lists.add(set.hosts());
            lists.add(set.healthyHosts());
            lists.add(set.degradedHosts());
        }
        sources = List.copyOf(lists);
        load = loadOf(this.priorities);
        HostSet first = this.priorities.getFirst();
        onlyFirst = first.healthyLoad() == 100 && !first.panic();
    }

    /// How many lists there are; sources are numbered from 0.
    public int size() {
        return sources.size();
    }

    /// The hosts of a source; may be empty.
    public List<Host> hosts(int source) {
        return sources.get(source);
    }

    private static PriorityLoad loadOf(List<HostSet> priorities) {
        int[] healthy = new int[priorities.size()];
        int[] degraded = new int[priorities.size()];
        for (int i = 0; i < healthy.length; i++) {
            healthy[i] = priorities.get(i).healthyLoad();
            degraded[i] = priorities.get(i).degradedLoad();
        }
        return new PriorityLoad(healthy, degraded);
    }

    /// How picks are shared by the health of the hosts.
    ///
    /// @param context may share this pick in another way
    public PriorityLoad load(LoadBalancerContext context) {
        return context.priorityLoad(priorities, load);
    }

    /// Chooses the source of one pick. Thread: any worker.
    ///
    /// @param random 64 random bits, or the request's hash
    public int choose(long random) {
        return onlyFirst ? HEALTHY : choose(random, load);
    }

    /// The same for a pick with a load of its own.
    public int choose(long random, PriorityLoad shared) {
        int percent = (int) Long.remainderUnsigned(random, 100) + 1;
        int sum = 0;
        for (int priority = 0; priority < priorities.size(); priority++) {
            sum += shared.healthy()[priority];
            if (percent <= sum) {
                return source(priority, HEALTHY);
            }
        }
        for (int priority = 0; priority < priorities.size(); priority++) {
            sum += shared.degraded()[priority];
            if (percent <= sum) {
                return source(priority, DEGRADED);
            }
        }
        return source(0, HEALTHY);
    }

    /// True if the choice does not depend on what is given to [#choose(long)], for a pick with this
    /// load.
    public boolean single(PriorityLoad shared) {
        return onlyFirst && shared == load;
    }

    private int source(int priority, int kind) {
        if (priorities.get(priority).panic()) {
            healthyPanic.increment();
            return priority * KINDS + ALL;
        }
        return priority * KINDS + kind;
    }
}
