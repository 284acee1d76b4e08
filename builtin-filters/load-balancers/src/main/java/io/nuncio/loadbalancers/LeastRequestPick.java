package io.nuncio.loadbalancers;

import io.nuncio.spi.Host;
import io.nuncio.spi.Worker;

import java.util.List;

/// Finds a host with few requests under way. Thread: the worker.
final class LeastRequestPick implements SourcePicker.UnweightedPick {
    private final LeastRequestConfig config;
    private final Worker worker;

    LeastRequestPick(LeastRequestConfig config, Worker worker) {
        this.config = config;
        this.worker = worker;
    }

    @Override
    public Host pick(List<Host> hosts, int source) {
        return config.fullScan() ? leastOfAll(hosts) : leastOfSome(hosts);
    }

    /// What a host weighs now, where weights differ.
    double weight(Host host) {
        long requests = host.activeRequests() + 1;
        double bias = Math.max(0, config.bias().getAsDouble());
        return bias == 1
                ? (double) host.weight() / requests
                : host.weight() / Math.pow(requests, bias);
    }

    private Host leastOfSome(List<Host> hosts) {
        Host least = draw(hosts);
        for (int i = 1; i < config.choices(); i++) {
            Host other = draw(hosts);
            if (other.activeRequests() < least.activeRequests()) {
                least = other;
            }
        }
        return least;
    }

    /// Among several that have the fewest, each is as likely as the others.
    private Host leastOfAll(List<Host> hosts) {
        Host least = hosts.getFirst();
        int ties = 1;
        for (int i = 1; i < hosts.size(); i++) {
            Host other = hosts.get(i);
            long difference = other.activeRequests() - least.activeRequests();
            if (difference < 0) {
                least = other;
                ties = 1;
            } else if (difference == 0 && Long.remainderUnsigned(worker.random(), ++ties) == 0) {
                least = other;
            }
        }
        return least;
    }

    private Host draw(List<Host> hosts) {
        return hosts.get((int) Long.remainderUnsigned(worker.random(), hosts.size()));
    }
}
