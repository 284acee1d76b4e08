package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;
import io.envoyproxy.envoy.type.v3.Percent;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TraceReason;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// Which requests are traced. The decision travels in the request id, so that all who see the
/// request agree; logs know it too.
///
/// Envoy: docs `intro/arch_overview/observability/tracing`.
record TracingRules(
        RuntimeFraction clientShare,
        RuntimeFraction randomShare,
        RuntimeFraction overallShare,
        Stats stats) {
    private static final int STEPS = 10_000;

    /// What came of requests, `http.<stat_prefix>.tracing.`.
    record Stats(
            Counter randomSampling,
            Counter serviceForced,
            Counter clientEnabled,
            Counter notTraceable) {
        static Stats in(StatsScope scope) {
            return new Stats(
                    scope.counter("random_sampling"),
                    scope.counter("service_forced"),
                    scope.counter("client_enabled"),
                    scope.counter("not_traceable"));
        }
    }

    /// @return null if nothing is said of tracing: then nothing is traced
    static @Nullable TracingRules from(
            HttpConnectionManager message, FactoryContext context, StatsScope http) {
        if (!message.hasTracing()) {
            return null;
        }
        var tracing = message.getTracing();
        RuntimeValues runtime = context.runtime();
        return new TracingRules(
                share(
                        runtime,
                        "tracing.client_enabled",
                        tracing.hasClientSampling() ? tracing.getClientSampling() : null,
                        DenominatorType.HUNDRED),
                share(
                        runtime,
                        "tracing.random_sampling",
                        tracing.hasRandomSampling() ? tracing.getRandomSampling() : null,
                        DenominatorType.TEN_THOUSAND),
                share(
                        runtime,
                        "tracing.global_enabled",
                        tracing.hasOverallSampling() ? tracing.getOverallSampling() : null,
                        DenominatorType.HUNDRED),
                Stats.in(http.scope("tracing")));
    }

    private static RuntimeFraction share(
            RuntimeValues runtime, String key, @Nullable Percent percent, DenominatorType steps) {
        double value = percent == null ? 100 : percent.getValue();
        int numerator = (int) (steps == DenominatorType.TEN_THOUSAND ? value * 100 : value);
        return runtime.fraction(
                RuntimeFractionalPercent.newBuilder()
                        .setRuntimeKey(key)
                        .setDefaultValue(
                                FractionalPercent.newBuilder()
                                        .setNumerator(numerator)
                                        .setDenominator(steps))
                        .build());
    }

    /// Decides, and says so in the request id.
    TraceReason decide(RequestHeaders headers, RequestIdTemplate requestId, Worker worker) {
        TraceReason reason = decision(headers, requestId, worker);
        switch (reason) {
            case NOT_TRACEABLE -> stats.notTraceable().increment();
            case SAMPLING -> stats.randomSampling().increment();
            case SERVICE_FORCED -> stats.serviceForced().increment();
            case CLIENT_FORCED -> stats.clientEnabled().increment();
        }
        return reason;
    }

    private TraceReason decision(
            RequestHeaders headers, RequestIdTemplate requestId, Worker worker) {
        if (!requestId.decidesTracing()) {
            return TraceReason.SAMPLING;
        }
        long number = requestId.number(headers);
        if (number < 0) {
            return TraceReason.NOT_TRACEABLE;
        }
        long sample = number % STEPS;
        TraceReason reason = requestId.traceReason(headers);
        if (reason == TraceReason.NOT_TRACEABLE) {
            reason = asked(headers, sample, worker);
            if (reason != TraceReason.NOT_TRACEABLE) {
                requestId.traceReason(headers, reason);
            }
        }
        if (reason != TraceReason.NOT_TRACEABLE && !overallShare.includes(sample)) {
            reason = TraceReason.NOT_TRACEABLE;
            requestId.traceReason(headers, reason);
        }
        return reason;
    }

    private TraceReason asked(RequestHeaders headers, long sample, Worker worker) {
        if (headers.contains(HeaderName.X_CLIENT_TRACE_ID)
                && clientShare.includes(worker.random())) {
            return TraceReason.CLIENT_FORCED;
        }
        if (headers.contains(HeaderName.X_ENVOY_FORCE_TRACE)) {
            return TraceReason.SERVICE_FORCED;
        }
        return randomShare.includes(sample) ? TraceReason.SAMPLING : TraceReason.NOT_TRACEABLE;
    }
}
