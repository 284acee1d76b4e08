package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.OPTIONAL;
import static io.nuncio.kernel.format.Operators.Argument.REQUIRED;

import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.StreamInfo.Moment;

import org.jspecify.annotations.Nullable;

import java.time.ZoneId;
import java.util.Map;
import java.util.function.ToLongFunction;

/// Operators that print moments, and the time between two of them.
final class DurationOperators {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /// The moments of COMMON_DURATION that streams and connections have by themselves.
    private static final Map<String, ToLongFunction<StreamInfo>> MOMENTS =
            Map.ofEntries(
                    Map.entry("DS_RX_BEG", StreamInfo::startNanos),
                    Map.entry("DS_RX_END", of(Moment.DOWNSTREAM_REQUEST_END)),
                    Map.entry("US_CX_BEG", of(Moment.UPSTREAM_CONNECT_BEGIN)),
                    Map.entry("US_CX_END", of(Moment.UPSTREAM_CONNECT_END)),
                    Map.entry("US_HS_END", of(Moment.UPSTREAM_HANDSHAKE_END)),
                    Map.entry("US_TX_BEG", of(Moment.UPSTREAM_REQUEST_BEGIN)),
                    Map.entry("US_TX_END", of(Moment.UPSTREAM_REQUEST_END)),
                    Map.entry("US_RX_BEG", of(Moment.UPSTREAM_RESPONSE_BEGIN)),
                    Map.entry("US_RX_BODY_BEG", of(Moment.UPSTREAM_RESPONSE_BODY_BEGIN)),
                    Map.entry("US_RX_END", of(Moment.UPSTREAM_RESPONSE_END)),
                    Map.entry("DS_TX_BEG", of(Moment.DOWNSTREAM_RESPONSE_BEGIN)),
                    Map.entry("DS_TX_END", of(Moment.DOWNSTREAM_RESPONSE_END)),
                    Map.entry("DS_CX_BEG", ofConnection(StreamInfo::startNanos)),
                    Map.entry("DS_CX_END", ofConnection(of(Moment.END))));

    private DurationOperators() {}

    static void addTo(Operators operators, FormatEnvironment environment) {
        ZoneId local = environment.localZone();
        addTime(operators, "START_TIME", StreamInfo::startTimeMicros, null);
        addTime(operators, "START_TIME_LOCAL", StreamInfo::startTimeMicros, local);
        addTime(operators, "EMIT_TIME", _ -> micros(environment), null);
        addTime(operators, "EMIT_TIME_LOCAL", _ -> micros(environment), local);
        operators.add(
                "DURATION",
                new Pieces.Number(context -> {
                    StreamInfo info = context.info();
                    long end = info.nanos(Moment.END);
                    long now = end < 0 ? environment.nanoTime().getAsLong() : end;
                    return Math.max(0, now - info.startNanos()) / NANOS_PER_MILLI;
                }));
        ToLongFunction<StreamInfo> start = StreamInfo::startNanos;
        add(operators, "REQUEST_DURATION", start, of(Moment.DOWNSTREAM_REQUEST_END));
        add(operators, "REQUEST_TX_DURATION", start, of(Moment.UPSTREAM_REQUEST_END));
        add(operators, "RESPONSE_DURATION", start, of(Moment.UPSTREAM_RESPONSE_BEGIN));
        add(
                operators,
                "RESPONSE_TX_DURATION",
                of(Moment.UPSTREAM_RESPONSE_BEGIN),
                of(Moment.DOWNSTREAM_RESPONSE_END));
        add(
                operators,
                "DOWNSTREAM_HANDSHAKE_DURATION",
                start,
                ofConnection(info -> info.downstream().handshakeEndNanos()));
        add(
                operators,
                "UPSTREAM_CONNECTION_POOL_READY_DURATION",
                of(Moment.UPSTREAM_REQUEST_CREATED),
                of(Moment.UPSTREAM_REQUEST_BEGIN));
        operators.add(
                "COMMON_DURATION", REQUIRED, false, (argument, _) -> commonDuration(argument));
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

    private static void add(
            Operators operators,
            String name,
            ToLongFunction<StreamInfo> from,
            ToLongFunction<StreamInfo> to) {
        operators.add(
                name,
                new Pieces.Number(context -> between(context.info(), from, to, NANOS_PER_MILLI)));
    }

    private static ToLongFunction<StreamInfo> of(Moment moment) {
        return info -> info.nanos(moment);
    }

    /// A moment of the connection as such, which the streams on it do not have.
    private static ToLongFunction<StreamInfo> ofConnection(ToLongFunction<StreamInfo> moment) {
        return info -> info.protocol() == null ? moment.applyAsLong(info) : -1;
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
        ToLongFunction<StreamInfo> from = moment(parts[0]);
        ToLongFunction<StreamInfo> to = moment(parts[1]);
        return new Pieces.Number(context -> between(context.info(), from, to, unit));
    }

    /// A moment of another name is one that a filter notes.
    private static ToLongFunction<StreamInfo> moment(String name) {
        ToLongFunction<StreamInfo> known = MOMENTS.get(name);
        return known == null ? info -> info.nanos(name) : known;
    }

    private static long between(
            StreamInfo info,
            ToLongFunction<StreamInfo> from,
            ToLongFunction<StreamInfo> to,
            long unit) {
        long begin = from.applyAsLong(info);
        long end = to.applyAsLong(info);
        return begin == -1 || end == -1 || end < begin ? Pieces.NONE : (end - begin) / unit;
    }
}
