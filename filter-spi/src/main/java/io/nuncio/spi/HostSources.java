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

    /// Chooses the source of one pick. Thread: any worker.
    ///
    /// @param random 64 random bits, or the request's hash
    public int choose(long random) {
        if (onlyFirst) {
            return HEALTHY;
        }
        int percent = (int) Long.remainderUnsigned(random, 100) + 1;
        int sum = 0;
        for (int priority = 0; priority < priorities.size(); priority++) {
            sum += priorities.get(priority).healthyLoad();
            if (percent <= sum) {
                return source(priority, HEALTHY);
            }
        }
        for (int priority = 0; priority < priorities.size(); priority++) {
            sum += priorities.get(priority).degradedLoad();
            if (percent <= sum) {
                return source(priority, DEGRADED);
            }
        }
        return source(0, HEALTHY);
    }

    /// True if [#choose] may be given anything: the choice does not depend on it.
    public boolean single() {
        return onlyFirst;
    }

    private int source(int priority, int kind) {
        if (priorities.get(priority).panic()) {
            healthyPanic.increment();
            return priority * KINDS + ALL;
        }
        return priority * KINDS + kind;
    }
}
