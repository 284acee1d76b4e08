package io.nuncio.kernel.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.nuncio.kernel.init.InitManager;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.spi.Category;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.ClusterTemplate;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.LoadBalancerPolicy;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Resolver;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ClientCodecTemplate;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Turns a cluster's message into its parts, with its extensions: discovery, load balancer,
/// transport socket. Thread: main.
final class ClusterCompiler {
    private final ClusterManager.Services services;
    private final BindConfig bindDefault;

    ClusterCompiler(ClusterManager.Services services, BindConfig bindDefault) {
        this.services = services;
        this.bindDefault = bindDefault;
    }

    /// @param scope the cluster's statistics
    /// @return null if anything is wrong; it is reported
    UpstreamCluster.@Nullable Parts compile(Cluster cluster, StatsScope scope, Problems problems) {
        Leases leases = new Leases();
        InitManager init = services.init().create("Cluster " + cluster.getName());
        leases.atEnd(() -> services.init().forget(init));
        FactoryContext context =
                services.contexts().create(cluster.getName(), scope, init, leases, problems);
        ClusterConfig config = ClusterConfig.from(cluster, bindDefault, problems);
        if (config.connectOptions().local().haveOptions()
                && services.mainThread() instanceof WorkerLoop loop
                && !loop.engine().supportsSocketOptions()) {
            problems.at("upstream_bind_config")
                    .because(
                            loop.engine()
                                    + " sockets have neither freebind nor socket_options; use"
                                    + " --event-loop epoll");
        }
        TransportSocketTemplate socket = null;
        if (cluster.hasTransportSocket()) {
            socket =
                    services.extensions()
                            .compile(
                                    Category.UPSTREAM_TRANSPORT_SOCKET,
                                    cluster.getTransportSocket().getName(),
                                    cluster.getTransportSocket().getTypedConfig(),
                                    TransportSocketTemplate.class,
                                    context,
                                    "transport_socket");
        }
        List<TransportSockets.Candidate> matches = new ArrayList<>();
        boolean noMatch = !socketMatches(cluster, context, matches);
        UpstreamCodecs codecs = codecs(config.http(), context);
        checkAlpn(cluster, config.http(), socket, matches, problems);
        ClusterTemplate template = discovery(cluster, context);
        LoadBalancerPolicy policy = loadBalancer(cluster, scope, leases, context);
        boolean noSocket = cluster.hasTransportSocket() && socket == null;
        if (noSocket || noMatch || template == null || policy == null) {
            if (socket != null) {
                socket.close();
            }
            for (TransportSockets.Candidate match : matches) {
                if (match.socket() != null) {
                    match.socket().close();
                }
            }
            leases.giveBack();
            return null;
        }
        ClusterDiscovery discovery =
                template.create(
                        new DiscoveryContext(
                                cluster,
                                problems,
                                services.resolver(),
                                services.subscriptions(),
                                scope,
                                services.mainThread()));
        return new UpstreamCluster.Parts(
                cluster,
                new UpstreamClusterInfo(config, scope, codecs, matches, socket),
                scope,
                discovery,
                policy,
                init,
                leases);
    }

    /// @param matches gets the transport sockets of `transport_socket_matches`
    /// @return false if one of them is wrong
    private boolean socketMatches(
            Cluster cluster, FactoryContext context, List<TransportSockets.Candidate> matches) {
        boolean right = true;
        for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
            Cluster.TransportSocketMatch match = cluster.getTransportSocketMatches(i);
            String field = "transport_socket_matches[" + i + "].transport_socket";
            if (!match.hasTransportSocket()) {
                context.problems().at(field).because("is missing");
                right = false;
                continue;
            }
            TransportSocketTemplate socket =
                    services.extensions()
                            .compile(
                                    Category.UPSTREAM_TRANSPORT_SOCKET,
                                    match.getTransportSocket().getName(),
                                    match.getTransportSocket().getTypedConfig(),
                                    TransportSocketTemplate.class,
                                    context,
                                    field);
            right &= socket != null;
            if (socket != null) {
                matches.add(
                        new TransportSockets.Candidate(match.getName(), match.getMatch(), socket));
            }
        }
        return right;
    }

    private UpstreamCodecs codecs(HttpOptions http, FactoryContext context) {
        HttpOptions.Choice choice = http.choice();
        return new UpstreamCodecs(
                choice == HttpOptions.Choice.HTTP2
                        ? null
                        : codec(http, CodecConfig.Type.HTTP1, context),
                choice == HttpOptions.Choice.HTTP1
                        ? null
                        : codec(http, CodecConfig.Type.HTTP2, context));
    }

    private ClientCodecTemplate codec(
            HttpOptions http, CodecConfig.Type type, FactoryContext context) {
        return services.codecs().client(http.codec(type), context, http.field(type));
    }

    private static void checkAlpn(
            Cluster cluster,
            HttpOptions http,
            @Nullable TransportSocketTemplate socket,
            List<TransportSockets.Candidate> matches,
            Problems problems) {
        boolean negotiate = socket != null && socket.supportsAlpn();
        for (TransportSockets.Candidate match : matches) {
            negotiate &= match.socket() != null && match.socket().supportsAlpn();
        }
        if (http.choice() == HttpOptions.Choice.ALPN && !negotiate) {
            problems.at(http.field())
                    .expected("a transport socket that negotiates protocols, such as TLS")
                    .because(
                            "ALPN configured for cluster "
                                    + cluster.getName()
                                    + " which has a non-ALPN transport socket");
        }
    }

    private @Nullable ClusterTemplate discovery(Cluster cluster, FactoryContext context) {
        Extensions extensions = services.extensions();
        if (cluster.hasClusterType()) {
            return extensions.compile(
                    Category.CLUSTER,
                    cluster.getClusterType().getName(),
                    cluster.getClusterType().getTypedConfig(),
                    ClusterTemplate.class,
                    context,
                    "cluster_type");
        }
        return extensions.compile(
                Category.CLUSTER,
                "envoy.cluster." + cluster.getType().name().toLowerCase(java.util.Locale.ROOT),
                Any.getDefaultInstance(),
                ClusterTemplate.class,
                context,
                "type");
    }

    private @Nullable LoadBalancerPolicy loadBalancer(
            Cluster cluster, StatsScope scope, Leases leases, FactoryContext context) {
        if (cluster.hasLoadBalancingPolicy()) {
            return firstKnown(cluster, scope, leases, context);
        }
        Message config =
                switch (cluster.getLbPolicy()) {
                    case ROUND_ROBIN -> RoundRobin.getDefaultInstance();
                    case LEAST_REQUEST -> leastRequest(cluster.getLeastRequestLbConfig());
                    case RANDOM -> Random.getDefaultInstance();
                    default -> null;
                };
        return services.extensions()
                .compile(
                        Category.LOAD_BALANCER,
                        "envoy.load_balancing_policies."
                                + cluster.getLbPolicy().name().toLowerCase(java.util.Locale.ROOT),
                        config == null ? Any.getDefaultInstance() : Any.pack(config),
                        LoadBalancerPolicy.class,
                        context,
                        "lb_policy");
    }

    /// The first policy of the list that an installed bundle provides.
    private @Nullable LoadBalancerPolicy firstKnown(
            Cluster cluster, StatsScope scope, Leases leases, FactoryContext context) {
        Problems problems = context.problems();
        int index = 0;
        var names = new StringBuilder();
        for (LoadBalancingPolicy.Policy policy :
                cluster.getLoadBalancingPolicy().getPoliciesList()) {
            TypedExtensionConfig config = policy.getTypedExtensionConfig();
            var attempt = new Problems();
            LoadBalancerPolicy compiled =
                    services.extensions()
                            .compile(
                                    Category.LOAD_BALANCER,
                                    config,
                                    LoadBalancerPolicy.class,
                                    services.contexts()
                                            .create(
                                                    cluster.getName(),
                                                    scope,
                                                    context.initTargets(),
                                                    leases,
                                                    attempt),
                                    "");
            if (compiled != null) {
                Problems here =
                        problems.in(
                                "load_balancing_policy.policies["
                                        + index
                                        + "].typed_extension_config");
                for (Problems.Problem problem : attempt.all()) {
                    if (problem.warning()) {
                        here.warn(problem.path(), problem.message());
                    } else {
                        here.add(problem.path(), problem.message());
                    }
                }
                return compiled;
            }
            names.append(names.isEmpty() ? "" : ", ").append(config.getName());
            index++;
        }
        problems.at("load_balancing_policy.policies")
                .expected("at least one policy that an installed bundle provides")
                .because("none of [" + names + "] is known");
        return null;
    }

    static LeastRequest leastRequest(Cluster.LeastRequestLbConfig config) {
        LeastRequest.Builder builder = LeastRequest.newBuilder();
        if (config.hasChoiceCount()) {
            builder.setChoiceCount(config.getChoiceCount());
        }
        if (config.hasActiveRequestBias()) {
            builder.setActiveRequestBias(config.getActiveRequestBias());
        }
        return builder.build();
    }

    private record DiscoveryContext(
            Cluster cluster,
            Problems problems,
            Resolver resolver,
            Subscriptions subscriptions,
            StatsScope stats,
            Worker worker)
            implements ClusterTemplate.Context {}
}
