package io.nuncio.kernel.calls;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.GrpcService.EnvoyGrpc;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.nuncio.kernel.route.policy.RetryPolicies;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.RetryPolicy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Compiles where gRPC services are. Thread: main.
public final class GrpcServices {
    private GrpcServices() {}

    /// @param context problems are reported below `field`; the client must not be used if there are
    ///   any
    /// @param targets has those that are no clusters of the configuration
    /// @param atEnd gets what is to be run when the client is not used any more
    public static GrpcClient compile(
            GrpcService config,
            FactoryContext context,
            String field,
            ServiceTargets targets,
            Consumer<Runnable> atEnd) {
        Problems problems = context.problems().in(field);
        FactoryContext here = context.withProblems(problems);
        if (config.hasGoogleGrpc()) {
            return google(config, here, targets, atEnd);
        }
        EnvoyGrpc grpc = config.getEnvoyGrpc();
        if (!config.hasEnvoyGrpc()) {
            problems.at("envoy_grpc").expected("the cluster of the service").found("nothing");
        } else if (!context.platform().clusters().exists(grpc.getClusterName())) {
            problems.add(
                    "envoy_grpc.cluster_name", "unknown cluster `" + grpc.getClusterName() + "`");
        }
        return new ServiceClient(
                grpc.getClusterName(),
                grpc.getClusterName(),
                "http",
                grpc.getAuthority().isEmpty() ? grpc.getClusterName() : grpc.getAuthority(),
                timeout(config),
                retryPolicy(config, here),
                metadata(config.getInitialMetadataList(), problems),
                Integer.toUnsignedLong(grpc.getMaxReceiveMessageLength().getValue()),
                !grpc.getSkipEnvoyHeaders(),
                null);
    }

    private static GrpcClient google(
            GrpcService config,
            FactoryContext context,
            ServiceTargets targets,
            Consumer<Runnable> atEnd) {
        GoogleGrpc grpc = config.getGoogleGrpc();
        Problems problems = context.problems().in("google_grpc");
        long before = errors(problems);
        GoogleChannel channel = GoogleChannels.from(grpc, problems);
        List<GrpcRequest.Metadata> metadata =
                new ArrayList<>(metadata(config.getInitialMetadataList(), context.problems()));
        metadata.addAll(GoogleChannels.tokens(grpc, problems));
        RetryPolicy retryPolicy = retryPolicy(config, context);
        ServiceTargets.Found found =
                errors(problems) > before ? null : targets.use(grpc, channel, problems);
        if (found != null) {
            atEnd.accept(() -> targets.giveBack(grpc));
        }
        return new ServiceClient(
                grpc.getTargetUri(),
                found == null ? "" : found.cluster(),
                channel.secure() ? "https" : "http",
                channel.authority(),
                timeout(config),
                retryPolicy,
                metadata,
                channel.arguments().maxReceiveMessageLength(),
                false,
                found == null ? null : found.stats());
    }

    private static long errors(Problems problems) {
        return problems.all().stream().filter(problem -> !problem.warning()).count();
    }

    private static Duration timeout(GrpcService config) {
        return Duration.ofSeconds(config.getTimeout().getSeconds(), config.getTimeout().getNanos());
    }

    private static RetryPolicy retryPolicy(GrpcService config, FactoryContext context) {
        return config.hasRetryPolicy()
                ? RetryPolicies.of(config.getRetryPolicy(), context.in("retry_policy", ""))
                : RetryPolicy.NONE;
    }

    private static List<GrpcRequest.Metadata> metadata(
            List<HeaderValue> entries, Problems problems) {
        var metadata = new ArrayList<GrpcRequest.Metadata>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            HeaderValue entry = entries.get(i);
            String place = "initial_metadata[" + i + "]";
            if (entry.getValue().indexOf('%') >= 0) {
                problems.add(
                        place + ".value",
                        "`"
                                + entry.getValue()
                                + "` has a command operator; there is no request that it could"
                                + " speak of, expected plain text");
                continue;
            }
            try {
                metadata.add(
                        new GrpcRequest.Metadata(HeaderName.of(entry.getKey()), entry.getValue()));
            } catch (IllegalArgumentException wrong) {
                problems.at(place + ".key").expected("the name of a header").found(entry.getKey());
            }
        }
        return metadata;
    }
}
