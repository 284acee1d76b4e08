package io.nuncio.kernel.upstream;

import com.google.protobuf.Any;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.protocol.HttpCodecs;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.kernel.subscription.NoSubscriptions;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.Connection;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HostPublisher;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.HostSet;
import io.nuncio.spi.HostSources;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.LoadBalancerPolicy;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.internal.LoopThread;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// A cluster manager with two workers, hand-fed discoveries and a balancer that rotates.
final class FakePlatform {
    final StatsStore store = StatsStore.detached();
    final FakeWorker mainThread = new FakeWorker(-1);
    int closedSockets;
    InitTarget waitedFor = InitTarget.NONE;
    final FakeWorker worker = new FakeWorker(0);
    final FakeWorker otherWorker = new FakeWorker(1);
    final FakeNetwork network = new FakeNetwork();
    final Map<String, FakeDiscovery> discoveries = new HashMap<>();
    final Map<String, Any> configurations = new HashMap<>();

    /// The transport sockets whose names begin with `plain-`.
    final Map<String, TransportSocketTemplate> sockets = new HashMap<>();

    final List<String> started = new ArrayList<>();
    final ClusterManager manager;

    FakePlatform() {
        manager = manager(mainThread, List.of(worker, otherWorker), network, FakeCodec.factory());
    }

    /// With real loops, sockets and codecs.
    FakePlatform(WorkerLoops loops) {
        manager =
                manager(
                        loops.main(),
                        List.copyOf(loops.workers()),
                        UpstreamConnector.SOCKETS,
                        new HttpCodecs());
    }

    private ClusterManager manager(
            Worker main, List<Worker> workers, UpstreamConnector connector, Codecs codecs) {
        Resolver none =
                (name, family, answer) -> {
                    throw new AssertionError("not needed here");
                };
        return new ClusterManager(
                new ClusterManager.Services(
                        main,
                        workers,
                        none,
                        connector,
                        NoSubscriptions.INSTANCE,
                        new FakeExtensions(),
                        codecs,
                        FakePlatform::context,
                        new InitManagers(() -> 0),
                        store.root()),
                BindConfig.getDefaultInstance());
    }

    /// Runs on a worker's thread, as far as the cells of the thread go.
    static <T> T onWorker(int index, Supplier<T> task) {
        var result = new ArrayList<T>();
        var thread = new LoopThread(() -> result.add(task.get()), "worker-" + index, 2 + index);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
        return result.getFirst();
    }

    static Cluster.Builder cluster(String name) {
        return Cluster.newBuilder().setName(name);
    }

    static HostSpec host(int port) {
        return new HostSpec(
                new Address.Ip(InetAddress.getLoopbackAddress(), port),
                "",
                Locality.getDefaultInstance(),
                1,
                null,
                HealthStatus.UNKNOWN);
    }

    static HostSpec host(int port, HealthStatus health) {
        return new HostSpec(
                new Address.Ip(InetAddress.getLoopbackAddress(), port),
                "",
                Locality.getDefaultInstance(),
                1,
                null,
                health);
    }

    io.nuncio.spi.host.Cluster get(String name) {
        return onWorker(0, () -> java.util.Optional.ofNullable(manager.get(name))).orElse(null);
    }

    long stat(String name) {
        return store.value(name);
    }

    /// Adds a cluster with hosts at these ports, ready to use.
    io.nuncio.spi.host.Cluster ready(Cluster cluster, int... ports) {
        var problems = new Problems();
        manager.load(List.of(cluster), problems);
        if (!problems.none()) {
            throw new AssertionError(problems.all());
        }
        manager.initialize(() -> {});
        var hosts = new ArrayList<HostSpec>();
        for (int port : ports) {
            hosts.add(host(port));
        }
        discoveries.get(cluster.getName()).hosts.publish(0, hosts);
        return get(cluster.getName());
    }

    static FactoryContext context(
            String name,
            StatsScope stats,
            InitTargets initTargets,
            Leases leases,
            Problems problems) {
        return (FactoryContext)
                Proxy.newProxyInstance(
                        FakePlatform.class.getClassLoader(),
                        new Class<?>[] {FactoryContext.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "name" -> name;
                                    case "stats" -> stats;
                                    case "problems" -> problems;
                                    case "initTargets" -> initTargets;
                                    case "perWorker" ->
                                            perWorker((Function<Worker, ?>) arguments[0]);
                                    default -> throw new AssertionError(method);
                                });
    }

    private static Function<Worker, Object> perWorker(Function<Worker, ?> maker) {
        var made = new ConcurrentHashMap<Worker, Object>();
        return worker -> made.computeIfAbsent(worker, maker);
    }

    final class FakeDiscovery implements ClusterDiscovery {
        final String name;
        HostPublisher hosts;
        boolean closed;

        FakeDiscovery(String name) {
            this.name = name;
        }

        @Override
        public void start(HostPublisher publisher) {
            hosts = publisher;
            started.add(name);
        }

        @Override
        public boolean secondary() {
            return name.startsWith("eds");
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /// One that the cluster waits for.
    private TransportSocketTemplate waitingSocket(FactoryContext context) {
        context.initTargets().add("SdsApi ca", target -> waitedFor = target);
        return new PlainSocket();
    }

    private TransportSocketTemplate plainSocket(String name) {
        var made = new PlainSocket();
        sockets.put(name, made);
        return made;
    }

    private final class PlainSocket implements TransportSocketTemplate {
        @Override
        public io.nuncio.spi.TransportSocket create(io.nuncio.spi.TransportSocketContext context) {
            throw new AssertionError("not needed here");
        }

        @Override
        public void close() {
            closedSockets++;
        }
    }

    private static final class NegotiatingSocket implements TransportSocketTemplate {
        @Override
        public io.nuncio.spi.TransportSocket create(io.nuncio.spi.TransportSocketContext context) {
            throw new AssertionError("not needed here");
        }

        @Override
        public boolean supportsAlpn() {
            return true;
        }

        @Override
        public boolean secure() {
            return true;
        }
    }

    /// One whose connections are for the downstreams of one address.
    ///
    /// @param unchanged true if it changes no byte, so that it must not be asked
    private record KeyedSocket(boolean unchanged) implements TransportSocketTemplate {
        @Override
        public io.nuncio.spi.TransportSocket create(io.nuncio.spi.TransportSocketContext context) {
            throw new AssertionError("not needed here");
        }

        @Override
        public boolean passThrough() {
            return unchanged;
        }

        @Override
        public Object sharingKey(Connection downstream) {
            if (unchanged) {
                throw new AssertionError("nobody need ask");
            }
            return downstream.info().remoteAddress();
        }
    }

    private final class FakeExtensions implements Extensions {
        @Override
        public <T> T compile(
                Category category,
                TypedExtensionConfig config,
                Class<T> template,
                FactoryContext context,
                String field) {
            return compile(
                    category, config.getName(), config.getTypedConfig(), template, context, field);
        }

        @Override
        public <T> T compile(
                Category category,
                String name,
                Any config,
                Class<T> template,
                FactoryContext context,
                String field) {
            configurations.put(name, config);
            Object made =
                    switch (name) {
                        case "envoy.cluster.static" ->
                                (ClusterTemplate)
                                        in -> {
                                            var discovery =
                                                    new FakeDiscovery(in.cluster().getName());
                                            discoveries.put(in.cluster().getName(), discovery);
                                            return discovery;
                                        };
                        case "plain" -> new PlainSocket();
                        case "waiting" -> waitingSocket(context);
                        case "negotiating", "secure" -> new NegotiatingSocket();
                        case "keyed" -> new KeyedSocket(false);
                        case "unchanged" -> new KeyedSocket(true);
                        case "envoy.load_balancing_policies.round_robin" ->
                                (LoadBalancerPolicy) priorities -> rotation(priorities, context);
                        default -> name.startsWith("plain-") ? plainSocket(name) : null;
                    };
            if (made == null) {
                context.problems().add(field, "unknown extension " + name);
            }
            return template.cast(made);
        }

        private io.nuncio.spi.HostPickerTemplate rotation(
                List<HostSet> priorities, FactoryContext context) {
            var sources = new HostSources(priorities, context.stats().counter("lb_healthy_panic"));
            return worker -> {
                int[] next = {0};
                return _ -> {
                    var hosts = sources.hosts(sources.choose(worker.random()));
                    return hosts.isEmpty() ? null : hosts.get(next[0]++ % hosts.size());
                };
            };
        }
    }
}
