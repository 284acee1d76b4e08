package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.OPTIONAL;
import static io.nuncio.kernel.format.Operators.Argument.REQUIRED;

import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.ClusterInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// Operators that read the stream's own facts: status, flags, route, upstream, how it ended.
final class StreamOperators {
    private StreamOperators() {}

    static void addTo(Operators operators, FormatEnvironment environment) {
        addStatus(operators);
        addRouting(operators);
        operators.add(
                "ENVIRONMENT",
                REQUIRED,
                true,
                (name, maxLength) -> {
                    String value = environment.environment().apply(name);
                    String text = value == null ? "-" : value;
                    return new Pieces.Text(_ -> text, maxLength);
                });
        operators.add(
                "HOSTNAME",
                Operators.Argument.NONE,
                false,
                (_, _) -> {
                    String hostname = environment.hostname().get();
                    return new Pieces.Text(_ -> hostname);
                });
        operators.add("UNIQUE_ID", new Pieces.Text(_ -> environment.uniqueId().get()));
    }

    private static void addStatus(Operators operators) {
        text(operators, "PROTOCOL", info -> name(info.protocol()));
        number(operators, "RESPONSE_CODE", StreamInfo::responseCode);
        operators.add(
                "RESPONSE_CODE_DETAILS",
                OPTIONAL,
                false,
                (argument, _) -> {
                    boolean asItIs = argument.equals("ALLOW_WHITESPACES");
                    return new Pieces.Text(context -> {
                        String details = context.info().responseCodeDetails();
                        return details == null || asItIs ? details : withoutSpace(details);
                    });
                });
        text(operators, "CONNECTION_TERMINATION_DETAILS", StreamInfo::connectionTerminationDetails);
        text(operators, "RESPONSE_FLAGS", info -> flags(info.flags(), false));
        text(operators, "RESPONSE_FLAGS_LONG", info -> flags(info.flags(), true));
        text(operators, "CUSTOM_FLAGS", info -> String.join(",", info.customFlags()));
        operators.add("LOCAL_REPLY_BODY", new Pieces.Text(FormatContext::localReplyBody));
        operators.add("ACCESS_LOG_TYPE", new Pieces.Text(FormatContext::accessLogType));
        operators.add("STREAM_ID", new Pieces.Bytes(StreamOperators::streamId, -1));
        number(operators, "CONNECTION_ID", info -> info.downstream().id());
        text(
                operators,
                "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
                info -> underscored(info.downstream().transportFailureReason()));
        text(
                operators,
                "DOWNSTREAM_LOCAL_CLOSE_REASON",
                info -> underscored(info.downstream().localCloseReason()));
        text(
                operators,
                "DOWNSTREAM_DETECTED_CLOSE_TYPE",
                info -> text(info.downstream().detectedCloseType()));
        text(operators, "TLS_JA3_FINGERPRINT", info -> info.downstream().ja3Hash());
        text(operators, "TLS_JA4_FINGERPRINT", info -> info.downstream().ja4Hash());
        operators.add(
                "REQUESTED_SERVER_NAME",
                OPTIONAL,
                false,
                (argument, _) -> requestedServerName(argument));
    }

    private static void addRouting(Operators operators) {
        text(operators, "ROUTE_NAME", info -> orNull(info.route().name()));
        text(operators, "VIRTUAL_CLUSTER_NAME", StreamInfo::virtualCluster);
        text(operators, "FILTER_CHAIN_NAME", info -> orNull(info.downstream().filterChainName()));
        text(operators, "UPSTREAM_CLUSTER", StreamOperators::observedCluster);
        text(operators, "UPSTREAM_CLUSTER_RAW", StreamInfo::cluster);
        number(operators, "UPSTREAM_REQUEST_ATTEMPT_COUNT", StreamInfo::attemptCount);
        text(operators, "UPSTREAM_PROTOCOL", upstream(upstream -> name(upstream.protocol())));
        text(
                operators,
                "UPSTREAM_TRANSPORT_FAILURE_REASON",
                upstream(upstream -> underscored(upstream.transportFailureReason())));
        text(
                operators,
                "UPSTREAM_LOCAL_CLOSE_REASON",
                upstream(upstream ->
                        upstream.connection() == null
                                ? null
                                : underscored(upstream.connection().localCloseReason())));
        text(
                operators,
                "UPSTREAM_DETECTED_CLOSE_TYPE",
                upstream(upstream ->
                        upstream.connection() == null
                                ? null
                                : text(upstream.connection().detectedCloseType())));
        number(
                operators,
                "UPSTREAM_CONNECTION_ID",
                info -> {
                    UpstreamInfo upstream = info.upstream();
                    return upstream == null || upstream.connection() == null
                            ? 0
                            : upstream.connection().id();
                });
    }

    private static Function<StreamInfo, @Nullable String> upstream(
            Function<UpstreamInfo, @Nullable String> function) {
        return info -> {
            UpstreamInfo upstream = info.upstream();
            return upstream == null ? null : function.apply(upstream);
        };
    }

    private static void text(
            Operators operators, String name, Function<StreamInfo, @Nullable String> function) {
        operators.add(name, new Pieces.Text(context -> function.apply(context.info())));
    }

    private static void number(
            Operators operators, String name, ToLongFunction<StreamInfo> function) {
        operators.add(name, new Pieces.Number(context -> function.applyAsLong(context.info())));
    }

    private static @Nullable String name(@Nullable Protocol protocol) {
        return protocol == null ? null : protocol.toString();
    }

    /// What the stream is called, or else the request's id.
    private static @Nullable String streamId(FormatContext context) {
        String id = context.info().requestId();
        RequestHeaders headers = context.requestHeaders();
        return id != null || headers == null ? id : headers.get(HeaderName.X_REQUEST_ID);
    }

    private static @Nullable String text(ConnectionInfo.@Nullable CloseType type) {
        return type == null ? null : type.toString();
    }

    /// The cluster's `alt_stat_name`, or its name.
    private static @Nullable String observedCluster(StreamInfo info) {
        ClusterInfo cluster = info.clusterInfo();
        return cluster == null ? info.cluster() : cluster.observabilityName();
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String underscored(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text.replace(' ', '_');
    }

    private static String withoutSpace(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (Character.isWhitespace(text.charAt(index))) {
                return text.replaceAll("\\s", "_");
            }
        }
        return text;
    }

    private static String flags(List<ResponseFlag> flags, boolean longNames) {
        return switch (flags.size()) {
            case 0 -> "-";
            case 1 -> name(flags.getFirst(), longNames);
            default -> String.join(",", flags.stream().map(flag -> name(flag, longNames)).toList());
        };
    }

    private static String name(ResponseFlag flag, boolean longName) {
        return longName ? flag.longName() : flag.shortName();
    }

    private static Piece requestedServerName(String argument) throws InvalidFormat {
        String[] parts = argument.split(":", -1);
        String order = parts[0].isEmpty() ? "SNI_ONLY" : parts[0];
        String host = parts.length < 2 || parts[1].isEmpty() ? "ORIG_OR_HOST" : parts[1];
        boolean original = host.equals("ORIG") || host.equals("ORIG_OR_HOST");
        boolean current = host.equals("HOST") || host.equals("ORIG_OR_HOST");
        if (parts.length > 2 || !original && !current) {
            throw new InvalidFormat(
                    "REQUESTED_SERVER_NAME: `"
                            + argument
                            + "`: the host option is ORIG, HOST or ORIG_OR_HOST");
        }
        return switch (order) {
            case "SNI_ONLY" -> new Pieces.Text(context -> serverName(context.info()));
            case "SNI_FIRST" ->
                    new Pieces.Text(context -> {
                        String name = serverName(context.info());
                        return name == null ? host(context, original, current) : name;
                    });
            case "HOST_FIRST" ->
                    new Pieces.Text(context -> {
                        String name = host(context, original, current);
                        return name == null ? serverName(context.info()) : name;
                    });
            default ->
                    throw new InvalidFormat(
                            "REQUESTED_SERVER_NAME: `"
                                    + order
                                    + "` is not SNI_ONLY, SNI_FIRST or HOST_FIRST");
        };
    }

    private static @Nullable String host(FormatContext context, boolean original, boolean current) {
        RequestHeaders headers = context.requestHeaders();
        if (headers == null) {
            return null;
        }
        String host = original ? headers.get(HeaderName.X_ENVOY_ORIGINAL_HOST) : null;
        if (host == null && current) {
            host = headers.get(HeaderName.AUTHORITY);
        }
        return host;
    }

    /// The name from TLS; what no host name has becomes `_`, and `invalid:` comes before it.
    private static @Nullable String serverName(StreamInfo info) {
        String name = info.downstream().requestedServerName();
        if (name == null || name.isEmpty()) {
            return null;
        }
        StringBuilder cleaned = null;
        for (int index = 0; index < name.length(); index++) {
            char c = name.charAt(index);
            boolean valid =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || c == '.'
                            || c == '-'
                            || c == '_';
            if (!valid) {
                if (cleaned == null) {
                    cleaned = new StringBuilder(name);
                }
                cleaned.setCharAt(index, '_');
            }
        }
        return cleaned == null ? name : "invalid:" + cleaned;
    }
}
