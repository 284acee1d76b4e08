package io.nuncio.kernel.calls;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.GrpcService.EnvoyGrpc;
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

/// Compiles where gRPC services are. Thread: main.
public final class GrpcServices {
    private GrpcServices() {}

    /// @param context problems are reported below `field`; the client must not be used if there are
    ///   any
    public static GrpcClient compile(GrpcService config, FactoryContext context, String field) {
        Problems problems = context.problems().in(field);
        FactoryContext here = context.withProblems(problems);
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
                grpc.getAuthority().isEmpty() ? grpc.getClusterName() : grpc.getAuthority(),
                Duration.ofSeconds(
                        config.getTimeout().getSeconds(), config.getTimeout().getNanos()),
                retryPolicy(config, here),
                metadata(config.getInitialMetadataList(), problems),
                Integer.toUnsignedLong(grpc.getMaxReceiveMessageLength().getValue()),
                !grpc.getSkipEnvoyHeaders());
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
