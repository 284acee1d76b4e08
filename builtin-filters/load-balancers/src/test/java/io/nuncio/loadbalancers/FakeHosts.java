package io.nuncio.loadbalancers;

import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Address;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/// Hosts, host sets and a worker for tests.
final class FakeHosts {
    private FakeHosts() {}

    static FakeHost host(String name) {
        return new FakeHost(name, 1);
    }

    static FakeHost host(String name, int weight) {
        return new FakeHost(name, weight);
    }

    static HostSet healthy(Host... hosts) {
        return new FakeHostSet(0, List.of(hosts), List.of(hosts), List.of(), 100, 0, false);
    }

    static FakeWorker worker(long... randoms) {
        return new FakeWorker(randoms);
    }

    static final class FakeHost implements Host {
        final String name;
        int weight;
        long activeRequests;

        FakeHost(String name, int weight) {
            this.name = name;
            this.weight = weight;
        }

        @Override
        public Address address() {
            return new Address.Pipe(name, 0);
        }

        @Override
        public String hostname() {
            return name;
        }

        @Override
        public String cluster() {
            return "c";
        }

        @Override
        public Locality locality() {
            return Locality.getDefaultInstance();
        }

        @Override
        public @Nullable Metadata metadata() {
            return null;
        }

        @Override
        public int weight() {
            return weight;
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Health health() {
            return Health.HEALTHY;
        }

        @Override
        public long activeRequests() {
            return activeRequests;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record FakeHostSet(
            int priority,
            List<Host> hosts,
            List<Host> healthyHosts,
            List<Host> degradedHosts,
            int healthyLoad,
            int degradedLoad,
            boolean panic)
            implements HostSet {
        @Override
        public int overprovisioningFactor() {
            return 140;
        }
    }

    /// Its random numbers are the given ones, then 0.
    static final class FakeWorker implements Worker {
        private final Queue<Long> randoms;

        FakeWorker(long... randoms) {
            this.randoms =
                    new ArrayDeque<>(new ArrayList<>(Arrays.stream(randoms).boxed().toList()));
        }

        @Override
        public int index() {
            return 0;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long currentTimeMillis() {
            return 0;
        }

        @Override
        public long random() {
            Long next = randoms.poll();
            return next == null ? 0 : next;
        }

        @Override
        public Timer timer(Runnable task) {
            throw new AssertionError("not needed here");
        }

        @Override
        public boolean post(Runnable task) {
            throw new AssertionError("not needed here");
        }

        @Override
        public boolean current() {
            return true;
        }
    }
}
