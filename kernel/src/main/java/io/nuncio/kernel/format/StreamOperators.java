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
import io.nuncio.spi.StreamInfo.Moment;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// Operators that read the stream's own facts: times, sizes, status, flags, route, upstream.
final class StreamOperators {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// The beginning of the stream, among the moments of COMMON_DURATION.
    private static final String BEGIN = "DS_RX_BEG";

    private static final Map<String, Moment> MOMENTS =
            Map.ofEntries(
                    Map.entry("DS_RX_END", Moment.DOWNSTREAM_REQUEST_END),
                    Map.entry("US_CX_BEG", Moment.UPSTREAM_CONNECT_BEGIN),
                    Map.entry("US_CX_END", Moment.UPSTREAM_CONNECT_END),
                    Map.entry("US_HS_END", Moment.UPSTREAM_HANDSHAKE_END),
                    Map.entry("US_TX_BEG", Moment.UPSTREAM_REQUEST_BEGIN),
                    Map.entry("US_TX_END", Moment.UPSTREAM_REQUEST_END),
                    Map.entry("US_RX_BEG", Moment.UPSTREAM_RESPONSE_BEGIN),
                    Map.entry("US_RX_BODY_BEG", Moment.UPSTREAM_RESPONSE_BODY_BEGIN),
                    Map.entry("US_RX_END", Moment.UPSTREAM_RESPONSE_END),
                    Map.entry("DS_TX_BEG", Moment.DOWNSTREAM_RESPONSE_BEGIN),
                    Map.entry("DS_TX_END", Moment.DOWNSTREAM_RESPONSE_END));

    private StreamOperators() {}

    static void addTo(Operators operators, FormatEnvironment environment) {
        addTimes(operators, environment);
        addDurations(operators, environment);
        addSizes(operators);
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

    private static void addTimes(Operators operators, FormatEnvironment environment) {
        ZoneId local = environment.localZone();
        addTime(operators, "START_TIME", StreamInfo::startTimeMicros, null);
        addTime(operators, "START_TIME_LOCAL", StreamInfo::startTimeMicros, local);
        addTime(operators, "EMIT_TIME", _ -> micros(environment), null);
        addTime(operators, "EMIT_TIME_LOCAL", _ -> micros(environment), local);
    }

    private static long micros(FormatEnvironment environment) {
        return environment.currentTimeMillis().getAsLong() * 1000;
    }

    private static void addTime(
            Operators operators,
            String name,
            ToLongFunction<StreamInfo> micros,
            @Nullable ZoneId zone) {
        operators.add(
                name,
                OPTIONAL,
                false,
                (format, _) ->
                        new Pieces.Time(
                                context -> micros.applyAsLong(context.info()),
                                TimePattern.of(format, zone)));
    }

    private static void addDurations(Operators operators, FormatEnvironment environment) {
        operators.add(
                "DURATION",
                new Pieces.Number(context -> {
                    StreamInfo info = context.info();
                    long end = info.nanos(Moment.END);
                    long now = end < 0 ? environment.nanoTime().getAsLong() : end;
                    return Math.max(0, now - info.startNanos()) / NANOS_PER_MILLI;
                }));
        addDuration(operators, "REQUEST_DURATION", null, Moment.DOWNSTREAM_REQUEST_END);
        addDuration(operators, "REQUEST_TX_DURATION", null, Moment.UPSTREAM_REQUEST_END);
        addDuration(operators, "RESPONSE_DURATION", null, Moment.UPSTREAM_RESPONSE_BEGIN);
        addDuration(
                operators,
                "RESPONSE_TX_DURATION",
                Moment.UPSTREAM_RESPONSE_BEGIN,
                Moment.DOWNSTREAM_RESPONSE_END);
        operators.add(
                "COMMON_DURATION", REQUIRED, false, (argument, _) -> commonDuration(argument));
    }

    private static void addDuration(
            Operators operators, String name, @Nullable Moment from, Moment to) {
        operators.add(
                name,
                new Pieces.Number(context -> between(context.info(), from, to, NANOS_PER_MILLI)));
    }

    private static Piece commonDuration(String argument) throws InvalidFormat {
        String[] parts = argument.split(":", -1);
        if (parts.length < 2 || parts.length > 3) {
            throw new InvalidFormat("Invalid common duration configuration: " + argument + ".");
        }
        String precision = parts.length == 3 ? parts[2] : "ms";
        long unit =
                switch (precision) {
                    case "ms" -> NANOS_PER_MILLI;
                    case "us" -> 1000;
                    case "ns" -> 1;
                    default ->
                            throw new InvalidFormat(
                                    "Invalid common duration precision: " + precision + ".");
                };
        // A moment of another name is one that a filter may note; nobody does, so it never comes.
        if (!known(parts[0]) || !known(parts[1])) {
            return new Pieces.Number(_ -> Pieces.NONE);
        }
        Moment from = MOMENTS.get(parts[0]);
        Moment to = MOMENTS.get(parts[1]);
        return new Pieces.Number(context -> between(context.info(), from, to, unit));
    }

    private static boolean known(String moment) {
        return moment.equals(BEGIN) || MOMENTS.containsKey(moment);
    }

    /// @param from null for the beginning of the stream, as `to`
    private static long between(
            StreamInfo info, @Nullable Moment from, @Nullable Moment to, long unit) {
        long begin = from == null ? info.startNanos() : info.nanos(from);
        long end = to == null ? info.startNanos() : info.nanos(to);
        boolean come =
                (from == null || begin != -1) && (to == null || end != -1) && end - begin >= 0;
        return come ? (end - begin) / unit : Pieces.NONE;
    }

    private static void addSizes(Operators operators) {
        number(operators, "BYTES_RECEIVED", StreamInfo::bytesReceived);
        number(operators, "BYTES_SENT", StreamInfo::bytesSent);
        number(operators, "DOWNSTREAM_HEADER_BYTES_RECEIVED", StreamInfo::requestHeaderBytes);
        number(operators, "DOWNSTREAM_HEADER_BYTES_SENT", StreamInfo::responseHeaderBytes);
        operators.add(
                "DOWNSTREAM_WIRE_BYTES_RECEIVED", wireBytes(ConnectionInfo::wireBytesReceived));
        operators.add("DOWNSTREAM_WIRE_BYTES_SENT", wireBytes(ConnectionInfo::wireBytesSent));
        operators.add(
                "DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED",
                new Pieces.Number(context ->
                        context.requestHeaders() == null
                                ? 0
                                : context.requestHeaders().byteSize()));
        operators.add(
                "DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_SENT",
                new Pieces.Number(context ->
                        context.responseHeaders() == null
                                ? 0
                                : context.responseHeaders().byteSize()));
    }

    /// Of a connection as such. Nobody measures what one HTTP stream takes of it.
    private static Piece wireBytes(ToLongFunction<ConnectionInfo> bytes) {
        return new Pieces.Number(context ->
                context.info().protocol() == null
                        ? bytes.applyAsLong(context.info().downstream())
                        : Pieces.NONE);
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
        text(operators, "CUSTOM_FLAGS", _ -> "");
        operators.add("LOCAL_REPLY_BODY", new Pieces.Text(FormatContext::localReplyBody));
        operators.add("ACCESS_LOG_TYPE", new Pieces.Text(FormatContext::accessLogType));
        text(operators, "STREAM_ID", StreamInfo::requestId);
        number(operators, "CONNECTION_ID", info -> info.downstream().id());
        text(
                operators,
                "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
                info -> underscored(info.downstream().transportFailureReason()));
        text(
                operators,
                "DOWNSTREAM_LOCAL_CLOSE_REASON",
                info -> underscored(info.downstream().localCloseReason()));
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
        text(operators, "UPSTREAM_CLUSTER", StreamInfo::cluster);
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
