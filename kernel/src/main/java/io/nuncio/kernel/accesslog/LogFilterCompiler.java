package io.nuncio.kernel.accesslog;

import com.google.protobuf.Value;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.LogTypeFilter;
import io.envoyproxy.envoy.config.accesslog.v3.MetadataFilter;
import io.envoyproxy.envoy.config.accesslog.v3.RuntimeFilter;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.nuncio.kernel.format.GrpcStatus;
import io.nuncio.kernel.match.HeaderMatch;
import io.nuncio.kernel.match.MetadataPath;
import io.nuncio.kernel.match.ValueMatch;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.LogFilter;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.StreamInfo.Moment;
import io.nuncio.spi.TraceReason;
import io.nuncio.spi.host.Extensions;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// Compiles access log filters. Thread: main.
final class LogFilterCompiler {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int UNKNOWN_STATUS = 2;
    private static final int REQUEST_ID_DIGITS = 8;

    private final Extensions extensions;
    private final LongSupplier nanoTime;
    private final LongSupplier random;

    /// @param nanoTime the clock of the workers, for streams that have not ended
    /// @param random for samples of streams without a request id; any thread
    LogFilterCompiler(Extensions extensions, LongSupplier nanoTime, LongSupplier random) {
        this.extensions = extensions;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /// @param context problems are reported where it stands
    LogFilter compile(AccessLogFilter filter, FactoryContext context) {
        RuntimeValues runtime = context.runtime();
        Problems problems = context.problems();
        return switch (filter.getFilterSpecifierCase()) {
            case STATUS_CODE_FILTER -> {
                var holds = comparison(filter.getStatusCodeFilter().getComparison(), runtime);
                yield entry -> holds.test(entry.info().responseCode());
            }
            case DURATION_FILTER -> {
                var holds = comparison(filter.getDurationFilter().getComparison(), runtime);
                yield entry -> holds.test(millis(entry.info()));
            }
            case NOT_HEALTH_CHECK_FILTER -> entry -> !entry.info().healthCheck();
            case RESPONSE_FLAG_FILTER -> flags(filter.getResponseFlagFilter().getFlagsList());
            case HEADER_FILTER -> header(filter.getHeaderFilter().getHeader(), problems);
            case GRPC_STATUS_FILTER -> grpcStatus(filter.getGrpcStatusFilter());
            case LOG_TYPE_FILTER -> logType(filter.getLogTypeFilter());
            case AND_FILTER ->
                    joined(filter.getAndFilter().getFiltersList(), context, "and_filter", false);
            case OR_FILTER ->
                    joined(filter.getOrFilter().getFiltersList(), context, "or_filter", true);
            case RUNTIME_FILTER -> sample(filter.getRuntimeFilter(), runtime);
            case METADATA_FILTER -> metadata(filter.getMetadataFilter(), problems);
            case EXTENSION_FILTER -> extension(filter.getExtensionFilter(), context);
            case TRACEABLE_FILTER ->
                    entry ->
                            !entry.info().healthCheck()
                                    && entry.info().traceReason() == TraceReason.SERVICE_FORCED;
            case FILTERSPECIFIER_NOT_SET -> {
                problems.add("", "a filter is required");
                yield _ -> true;
            }
        };
    }

    /// @param decisive what one filter says to decide for all: true for `or`, false for `and`
    private LogFilter joined(
            List<AccessLogFilter> filters, FactoryContext context, String field, boolean decisive) {
        LogFilter[] compiled = new LogFilter[filters.size()];
        for (int index = 0; index < compiled.length; index++) {
            String place = field + ".filters[" + index + "]";
            compiled[index] = compile(filters.get(index), context.in(place, context.name()));
        }
        return entry -> {
            for (LogFilter filter : compiled) {
                if (filter.evaluate(entry) == decisive) {
                    return decisive;
                }
            }
            return !decisive;
        };
    }

    private LogFilter extension(ExtensionFilter filter, FactoryContext context) {
        LogFilter compiled =
                extensions.compile(
                        Category.ACCESS_LOG_FILTER,
                        filter.getName(),
                        filter.getTypedConfig(),
                        LogFilter.class,
                        context,
                        "extension_filter.typed_config");
        return compiled == null ? _ -> true : compiled;
    }

    /// A share of the streams, the same ones for all who draw by the request id.
    private LogFilter sample(RuntimeFilter filter, RuntimeValues runtime) {
        RuntimeFraction share =
                runtime.fraction(
                        RuntimeFractionalPercent.newBuilder()
                                .setRuntimeKey(filter.getRuntimeKey())
                                .setDefaultValue(filter.getPercentSampled())
                                .build());
        boolean independent = filter.getUseIndependentRandomness();
        return entry -> {
            long drawn = independent ? -1 : requestNumber(entry.requestHeaders());
            return share.includes(drawn < 0 ? random.getAsLong() : drawn);
        };
    }

    /// What the first eight digits of the request id stand for, as Envoy reads it; -1 if they are
    /// none.
    private static long requestNumber(@Nullable RequestHeaders headers) {
        String id = headers == null ? null : headers.get(HeaderName.X_REQUEST_ID);
        if (id == null || id.length() < REQUEST_ID_DIGITS) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < REQUEST_ID_DIGITS; i++) {
            int digit = Character.digit(id.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            number = number << 4 | digit;
        }
        return number;
    }

    private static LogFilter metadata(MetadataFilter filter, Problems problems) {
        boolean otherwise =
                !filter.hasMatchIfKeyNotFound() || filter.getMatchIfKeyNotFound().getValue();
        if (!filter.hasMatcher()) {
            return _ -> otherwise;
        }
        MetadataPath path = MetadataPath.of(filter.getMatcher());
        ValueMatch match =
                ValueMatch.of(
                        filter.getMatcher().getValue(), problems, "metadata_filter.matcher.value");
        return entry -> {
            Value value = path.value(entry.info());
            return value == null || value.getKindCase() == Value.KindCase.KIND_NOT_SET
                    ? otherwise
                    : match.matches(value);
        };
    }

    private static LongPredicate comparison(ComparisonFilter comparison, RuntimeValues runtime) {
        LongSupplier limit =
                runtime.integer(
                        comparison.getValue().getRuntimeKey(),
                        Integer.toUnsignedLong(comparison.getValue().getDefaultValue()));
        return switch (comparison.getOp()) {
            case EQ -> value -> value == limit.getAsLong();
            case GE -> value -> value >= limit.getAsLong();
            case LE -> value -> value <= limit.getAsLong();
            case UNRECOGNIZED -> _ -> false;
        };
    }

    private long millis(StreamInfo info) {
        long end = info.nanos(Moment.END);
        long until = end == -1 ? nanoTime.getAsLong() : end;
        return (until - info.startNanos()) / NANOS_PER_MILLI;
    }

    private static LogFilter flags(List<String> names) {
        if (names.isEmpty()) {
            return context -> !context.info().flags().isEmpty();
        }
        Set<String> wanted = Set.copyOf(names);
        return context -> {
            for (ResponseFlag flag : context.info().flags()) {
                if (wanted.contains(flag.shortName())) {
                    return true;
                }
            }
            return false;
        };
    }

    private static LogFilter header(HeaderMatcher matcher, Problems problems) {
        HeaderMatch match = HeaderMatch.of(matcher, problems, "header_filter.header");
        if (match == null) {
            return _ -> false;
        }
        RequestHeaders none = new RequestHeaders();
        return context -> {
            RequestHeaders headers = context.requestHeaders();
            return match.matches(headers == null ? none : headers);
        };
    }

    private static LogFilter grpcStatus(GrpcStatusFilter filter) {
        Set<Integer> statuses = new HashSet<>(filter.getStatusesValueList());
        boolean exclude = filter.getExclude();
        return context -> {
            int status = GrpcStatus.of(context);
            return statuses.contains(status == GrpcStatus.NONE ? UNKNOWN_STATUS : status)
                    != exclude;
        };
    }

    private static LogFilter logType(LogTypeFilter filter) {
        Set<String> types = new HashSet<>();
        filter.getTypesList().forEach(type -> types.add(type.name()));
        boolean exclude = filter.getExclude();
        return (FormatContext context) -> types.contains(context.accessLogType()) != exclude;
    }
}
