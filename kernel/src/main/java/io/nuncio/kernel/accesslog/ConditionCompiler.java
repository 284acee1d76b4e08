package io.nuncio.kernel.accesslog;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ComparisonFilter;
import io.envoyproxy.envoy.config.accesslog.v3.GrpcStatusFilter;
import io.envoyproxy.envoy.config.accesslog.v3.LogTypeFilter;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.nuncio.kernel.format.GrpcStatus;
import io.nuncio.kernel.match.HeaderMatch;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.StreamInfo.Moment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;

/// Compiles access log filters. Thread: main.
final class ConditionCompiler {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int UNKNOWN_STATUS = 2;

    private final LongSupplier nanoTime;

    /// @param nanoTime the clock of the workers, for streams that have not ended
    ConditionCompiler(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    EntryCondition compile(AccessLogFilter filter, RuntimeValues runtime, Problems problems) {
        return switch (filter.getFilterSpecifierCase()) {
            case STATUS_CODE_FILTER -> {
                var holds = comparison(filter.getStatusCodeFilter().getComparison(), runtime);
                yield context -> holds.test(context.info().responseCode());
            }
            case DURATION_FILTER -> {
                var holds = comparison(filter.getDurationFilter().getComparison(), runtime);
                yield context -> holds.test(millis(context.info()));
            }
            case NOT_HEALTH_CHECK_FILTER -> context -> !context.info().healthCheck();
            case RESPONSE_FLAG_FILTER -> flags(filter.getResponseFlagFilter().getFlagsList());
            case HEADER_FILTER -> header(filter.getHeaderFilter().getHeader(), problems);
            case GRPC_STATUS_FILTER -> grpcStatus(filter.getGrpcStatusFilter());
            case LOG_TYPE_FILTER -> logType(filter.getLogTypeFilter());
            case AND_FILTER -> {
                var all =
                        all(
                                filter.getAndFilter().getFiltersList(),
                                runtime,
                                problems.in("and_filter"));
                yield context -> {
                    for (EntryCondition condition : all) {
                        if (!condition.test(context)) {
                            return false;
                        }
                    }
                    return true;
                };
            }
            case OR_FILTER -> {
                var any =
                        all(
                                filter.getOrFilter().getFiltersList(),
                                runtime,
                                problems.in("or_filter"));
                yield context -> {
                    for (EntryCondition condition : any) {
                        if (condition.test(context)) {
                            return true;
                        }
                    }
                    return false;
                };
            }
            case RUNTIME_FILTER -> refused("runtime_filter", problems);
            case TRACEABLE_FILTER -> refused("traceable_filter", problems);
            case EXTENSION_FILTER -> refused("extension_filter", problems);
            case METADATA_FILTER -> refused("metadata_filter", problems);
            case FILTERSPECIFIER_NOT_SET -> {
                problems.add("", "a filter is required");
                yield _ -> true;
            }
        };
    }

    /// What reaches this over a configuration whose unsupported fields are let through.
    private static EntryCondition refused(String field, Problems problems) {
        problems.add(field, "is not supported yet");
        return _ -> true;
    }

    private EntryCondition[] all(
            List<AccessLogFilter> filters, RuntimeValues runtime, Problems problems) {
        List<EntryCondition> conditions = new ArrayList<>();
        for (int index = 0; index < filters.size(); index++) {
            conditions.add(
                    compile(filters.get(index), runtime, problems.in("filters[" + index + "]")));
        }
        return conditions.toArray(EntryCondition[]::new);
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

    private static EntryCondition flags(List<String> names) {
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

    private static EntryCondition header(HeaderMatcher matcher, Problems problems) {
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

    private static EntryCondition grpcStatus(GrpcStatusFilter filter) {
        Set<Integer> statuses = new HashSet<>(filter.getStatusesValueList());
        boolean exclude = filter.getExclude();
        return context -> {
            int status = GrpcStatus.of(context);
            return statuses.contains(status == GrpcStatus.NONE ? UNKNOWN_STATUS : status)
                    != exclude;
        };
    }

    private static EntryCondition logType(LogTypeFilter filter) {
        Set<String> types = new HashSet<>();
        filter.getTypesList().forEach(type -> types.add(type.name()));
        boolean exclude = filter.getExclude();
        return (FormatContext context) -> types.contains(context.accessLogType()) != exclude;
    }
}
