package io.nuncio.kernel.calls;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The targets of gRPC services that name no cluster: each has one of its own, which those who name
/// the same target share and which goes with the last of them. Thread: main.
public final class ServiceTargets {
    private final Adder adder;
    private final Consumer<String> remover;
    private final StatsScope root;
    private final Map<GoogleGrpc, Target> targets = new HashMap<>();
    private final Set<String> names = new HashSet<>();

    /// Adds a cluster.
    @FunctionalInterface
    public interface Adder {
        /// @return false if there is a problem, which is reported, or one of that name
        boolean add(Cluster cluster, Problems problems);
    }

    /// A target in use.
    private static final class Target {
        private final String cluster;
        private final ServiceStats stats;
        private int uses;

        Target(String cluster, ServiceStats stats) {
            this.cluster = cluster;
            this.stats = stats;
        }
    }

    /// What calls need.
    record Found(String cluster, ServiceStats stats) {}

    /// @param remover takes away a cluster by its name
    /// @param root gets `grpc.<stat_prefix>.`
    public ServiceTargets(Adder adder, Consumer<String> remover, StatsScope root) {
        this.adder = adder;
        this.remover = remover;
        this.root = root;
    }

    /// One more who calls that target; it must be given back.
    ///
    /// @return null if it is of no use; that is reported
    @Nullable Found use(GoogleGrpc config, GoogleChannel channel, Problems problems) {
        Target target = targets.get(config);
        if (target == null) {
            String name = name(config.getStatPrefix());
            var wrong = new Problems();
            if (!adder.add(channel.cluster(name), wrong)) {
                wrong.all().forEach(problem -> problems.add("", problem.toString()));
                return null;
            }
            names.add(name);
            target = new Target(name, ServiceStats.in(root, config.getStatPrefix()));
            targets.put(config, target);
        }
        target.uses++;
        return new Found(target.cluster, target.stats);
    }

    private String name(String prefix) {
        String name = "google_grpc." + prefix;
        for (int number = 2; names.contains(name); number++) {
            name = "google_grpc." + prefix + "." + number;
        }
        return name;
    }

    void giveBack(GoogleGrpc config) {
        Target target = targets.get(config);
        if (target != null && --target.uses == 0) {
            targets.remove(config);
            names.remove(target.cluster);
            remover.accept(target.cluster);
            target.stats.scope().close();
        }
    }
}
