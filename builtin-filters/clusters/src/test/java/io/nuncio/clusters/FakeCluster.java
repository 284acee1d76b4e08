package io.nuncio.clusters;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.HostPublisher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;
import io.nuncio.testkit.FakeFactoryContext;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A cluster whose names, time and chance are the test's, and that remembers what was published.
final class FakeCluster
        implements ClusterTemplate.Context, HostPublisher, Resolver, Worker, Subscriptions {
    final Problems problems = new Problems();
    final Map<Integer, List<HostSpec>> published = new HashMap<>();
    final List<String> asked = new ArrayList<>();
    final List<Family> families = new ArrayList<>();
    final Map<String, Answer> waiting = new HashMap<>();
    private final Cluster.Builder cluster;
    private final List<FakeTimer> timers = new ArrayList<>();
    long nanos;
    long random;
    int publications;
    int attempts;
    int successes;
    int failures;

    FakeCluster(Cluster.Builder cluster) {
        this.cluster = cluster;
    }

    FakeCluster() {
        this(Cluster.newBuilder().setName("c"));
    }

    LbEndpoint.Builder endpoint(int priority, String address, int port) {
        LocalityLbEndpoints.Builder group =
                cluster.getLoadAssignmentBuilder().addEndpointsBuilder().setPriority(priority);
        group.getLocalityBuilder().setZone("zone-" + priority);
        LbEndpoint.Builder endpoint = group.addLbEndpointsBuilder();
        endpoint.getEndpointBuilder()
                .getAddressBuilder()
                .getSocketAddressBuilder()
                .setAddress(address)
                .setPortValue(port);
        return endpoint;
    }

    List<String> addresses(int priority) {
        return published.getOrDefault(priority, List.of()).stream()
                .map(host -> host.address().toString())
                .toList();
    }

    void answer(String name, Result result) {
        waiting.remove(name).onResult(result);
    }

    void advance(long by) {
        nanos += by;
        for (FakeTimer timer : List.copyOf(timers)) {
            if (timer.due <= nanos) {
                timer.due = Long.MAX_VALUE;
                timer.task.run();
            }
        }
    }

    @Override
    public Subscriptions subscriptions() {
        return this;
    }

    /// Where statistics go.
    final FakeFactoryContext context = new FakeFactoryContext();

    /// What a subscription asked for; the test plays the source.
    Set<String> askedBySubscription = Set.of();

    @Nullable ResourceWatcher<ClusterLoadAssignment> endpoints;
    boolean subscriptionClosed;

    @Override
    @SuppressWarnings("unchecked") // endpoints are all that clusters subscribe to
    public <M extends Message> Subscription open(
            ConfigSource source,
            ResourceType<M> type,
            ResourceWatcher<M> watcher,
            StatsScope stats,
            Problems at) {
        endpoints = (ResourceWatcher<ClusterLoadAssignment>) watcher;
        return new Subscription() {
            @Override
            public void start(Set<String> names) {
                askedBySubscription = names;
            }

            @Override
            public String source() {
                return "the test";
            }

            @Override
            public void close() {
                subscriptionClosed = true;
            }
        };
    }

    @Override
    public StatsScope stats() {
        return context.stats();
    }

    @Override
    public Cluster cluster() {
        return cluster.build();
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public Resolver resolver() {
        return this;
    }

    @Override
    public Worker worker() {
        return this;
    }

    @Override
    public void publish(int priority, List<HostSpec> hosts) {
        publications++;
        published.put(priority, List.copyOf(hosts));
    }

    @Override
    public void publishAll(List<List<HostSpec>> priorities) {
        publications++;
        for (int priority = 0; priority < priorities.size(); priority++) {
            published.put(priority, List.copyOf(priorities.get(priority)));
        }
    }

    @Override
    public void attempted() {
        attempts++;
    }

    @Override
    public void succeeded() {
        successes++;
    }

    @Override
    public void failed() {
        failures++;
    }

    @Override
    public Lookup resolve(String name, Family family, Answer answer) {
        asked.add(name);
        families.add(family);
        waiting.put(name, answer);
        return () -> waiting.remove(name);
    }

    @Override
    public int index() {
        return -1;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public long currentTimeMillis() {
        return nanos / 1_000_000;
    }

    @Override
    public long random() {
        return random;
    }

    @Override
    public Timer timer(Runnable task) {
        var timer = new FakeTimer(task);
        timers.add(timer);
        return timer;
    }

    @Override
    public boolean post(Runnable task) {
        task.run();
        return true;
    }

    @Override
    public boolean current() {
        return true;
    }

    private final class FakeTimer implements Timer {
        private final Runnable task;
        private long due = Long.MAX_VALUE;

        FakeTimer(Runnable task) {
            this.task = task;
        }

        @Override
        public void arm(long after) {
            due = nanos + after;
        }

        @Override
        public void disarm() {
            due = Long.MAX_VALUE;
        }

        @Override
        public boolean armed() {
            return due != Long.MAX_VALUE;
        }
    }
}
