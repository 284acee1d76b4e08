package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.type.v3.Percent;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.TraceReason;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TracingRulesTest {
    /// Its first eight digits are 123, of ten thousand.
    private static final String ID = "0000007b-0000-4000-8000-000000000000";

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();
    private final RequestHeaders headers = new RequestHeaders();
    private final UuidRequestIdConfig.Builder ids = UuidRequestIdConfig.newBuilder();

    private TraceReason decide(Tracing.Builder tracing) {
        TracingRules rules =
                TracingRules.from(
                        HttpConnectionManager.newBuilder().setTracing(tracing).build(),
                        context,
                        context.stats().scope("http.t"));
        RequestIdTemplate requestId = new UuidRequestIdExtension().configure(ids.build(), context);
        return rules.decide(headers, requestId, worker);
    }

    private static Tracing.Builder random(double percent) {
        return Tracing.newBuilder().setRandomSampling(Percent.newBuilder().setValue(percent));
    }

    private @Nullable String id() {
        return headers.get(HeaderName.X_REQUEST_ID);
    }

    @Test
    void withoutAnythingSaidOfTracingNothingIsTraced() {
        assertThat(
                        TracingRules.from(
                                HttpConnectionManager.getDefaultInstance(),
                                context,
                                context.stats()))
                .isNull();
    }

    @Test
    void aShareOfRequestsIsSampledByTheirIds() {
        headers.set(HeaderName.X_REQUEST_ID, ID);
        assertThat(decide(random(1.23))).isEqualTo(TraceReason.NOT_TRACEABLE);
        assertThat(id()).isEqualTo(ID);
        assertThat(decide(random(1.24))).isEqualTo(TraceReason.SAMPLING);
        assertThat(id()).isEqualTo("0000007b-0000-9000-8000-000000000000");
        assertThat(context.counter("http.t.tracing.random_sampling")).isEqualTo(1);
        assertThat(context.counter("http.t.tracing.not_traceable")).isEqualTo(1);
    }

    @Test
    void allAreSampledUnlessItIsSaidOtherwise() {
        headers.set(HeaderName.X_REQUEST_ID, ID);
        assertThat(decide(Tracing.newBuilder())).isEqualTo(TraceReason.SAMPLING);
    }

    @Test
    void whatTheIdSaysAlreadyHolds() {
        headers.set(HeaderName.X_REQUEST_ID, "0000007b-0000-a000-8000-000000000000");
        assertThat(decide(random(0))).isEqualTo(TraceReason.SERVICE_FORCED);
        headers.set(HeaderName.X_REQUEST_ID, "0000007b-0000-b000-8000-000000000000");
        assertThat(decide(random(0))).isEqualTo(TraceReason.CLIENT_FORCED);
    }

    @Test
    void aServiceMayForceATrace() {
        headers.set(HeaderName.X_REQUEST_ID, ID);
        headers.set(HeaderName.X_ENVOY_FORCE_TRACE, "1");
        assertThat(decide(random(0))).isEqualTo(TraceReason.SERVICE_FORCED);
        assertThat(id()).isEqualTo("0000007b-0000-a000-8000-000000000000");
        assertThat(context.counter("http.t.tracing.service_forced")).isEqualTo(1);
    }

    @Test
    void aClientMayForceATraceAsFarAsTheShareOfClientsGoes() {
        headers.set(HeaderName.X_REQUEST_ID, ID);
        headers.set(HeaderName.X_CLIENT_TRACE_ID, "t");
        Percent.Builder none = Percent.newBuilder();
        assertThat(decide(random(0).setClientSampling(none))).isEqualTo(TraceReason.NOT_TRACEABLE);
        assertThat(decide(random(0))).isEqualTo(TraceReason.CLIENT_FORCED);
        assertThat(id()).isEqualTo("0000007b-0000-b000-8000-000000000000");
        assertThat(context.counter("http.t.tracing.client_enabled")).isEqualTo(1);
    }

    @Test
    void theOverallShareLimitsAllTheOthers() {
        headers.set(HeaderName.X_REQUEST_ID, "0000007b-0000-a000-8000-000000000000");
        Percent.Builder some = Percent.newBuilder().setValue(23);
        assertThat(decide(Tracing.newBuilder().setOverallSampling(some)))
                .isEqualTo(TraceReason.NOT_TRACEABLE);
        assertThat(id()).isEqualTo(ID);
    }

    @Test
    void aRequestWithoutAnIdThatIsANumberIsNotTraced() {
        assertThat(decide(random(100))).isEqualTo(TraceReason.NOT_TRACEABLE);
        headers.set(HeaderName.X_REQUEST_ID, "not-a-uuid");
        assertThat(decide(random(100))).isEqualTo(TraceReason.NOT_TRACEABLE);
    }

    @Test
    void idsStayAsTheyAreIfTheyAreNotToSayIt() {
        ids.setPackTraceReason(BoolValue.of(false));
        headers.set(HeaderName.X_REQUEST_ID, ID);
        assertThat(decide(random(100))).isEqualTo(TraceReason.SAMPLING);
        assertThat(id()).isEqualTo(ID);
    }

    @Test
    void idsThatDoNotDecideLeaveItToTheTracer() {
        ids.setUseRequestIdForTraceSampling(BoolValue.of(false));
        assertThat(decide(random(0))).isEqualTo(TraceReason.SAMPLING);
    }
}
