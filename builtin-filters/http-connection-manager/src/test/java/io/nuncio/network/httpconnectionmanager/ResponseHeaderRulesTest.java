package io.nuncio.network.httpconnectionmanager;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.testkit.FakeWorker;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;

class ResponseHeaderRulesTest {
    private final HttpConnectionManager.Builder config = HttpConnectionManager.newBuilder();
    private final FakeWorker worker = new FakeWorker();
    private final RequestHeaders request = RequestHeaders.of("GET", "http", "example.com", "/");
    private final ResponseHeaders response = ResponseHeaders.of(200);

    private void apply() {
        ResponseHeaderRules.from(config.build())
                .apply(response, request, new UuidRequestId(true, true), worker);
    }

    private @Nullable String header(String name) {
        return response.get(HeaderName.of(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection",
                "upgrade",
                "keep-alive",
                "proxy-connection",
                "transfer-encoding"
            })
    void headersOfTheUpstreamsConnectionAreRemoved(String name) {
        response.add(HeaderName.of(name), "x");
        apply();
        assertThat(header(name)).isNull();
    }

    @Test
    void theServerIsEnvoyByDefault() {
        response.set(HeaderName.SERVER, "theirs");
        apply();
        assertThat(response.getAll(HeaderName.SERVER)).containsExactly("envoy");
    }

    @Test
    void theServersNameCanBeSet() {
        config.setServerName("ours");
        apply();
        assertThat(header("server")).isEqualTo("ours");
    }

    @Test
    void appendIfAbsentKeepsTheUpstreams() {
        config.setServerHeaderTransformation(ServerHeaderTransformation.APPEND_IF_ABSENT);
        response.set(HeaderName.SERVER, "theirs");
        apply();
        assertThat(header("server")).isEqualTo("theirs");
    }

    @Test
    void appendIfAbsentNamesUsWhereTheUpstreamDoesNot() {
        config.setServerHeaderTransformation(ServerHeaderTransformation.APPEND_IF_ABSENT);
        apply();
        assertThat(header("server")).isEqualTo("envoy");
    }

    @Test
    void passThroughAddsNothing() {
        config.setServerHeaderTransformation(ServerHeaderTransformation.PASS_THROUGH);
        apply();
        assertThat(header("server")).isNull();
    }

    @Test
    void aDateIsAdded() {
        apply();
        assertThat(header("date")).isEqualTo("Thu, 01 Jan 2026 00:00:00 GMT");
    }

    @Test
    void theDateFollowsTheClock() {
        ResponseHeaderRules rules = ResponseHeaderRules.from(config.build());
        rules.apply(response, request, new UuidRequestId(true, true), worker);
        worker.advance(Duration.ofMinutes(61));
        ResponseHeaders later = ResponseHeaders.of(200);
        rules.apply(later, request, new UuidRequestId(true, true), worker);
        assertThat(later.get(HeaderName.DATE)).isEqualTo("Thu, 01 Jan 2026 01:01:00 GMT");
    }

    @Test
    void theUpstreamsDateIsKept() {
        response.set(HeaderName.DATE, "then");
        apply();
        assertThat(header("date")).isEqualTo("then");
    }

    @Test
    void viaIsAppended() {
        config.setVia("1.1 us");
        response.set(HeaderName.VIA, "1.1 them");
        apply();
        assertThat(header("via")).isEqualTo("1.1 them, 1.1 us");
    }

    @Test
    void theRequestIdIsNotToldByDefault() {
        request.set(HeaderName.X_REQUEST_ID, "abc");
        apply();
        assertThat(header("x-request-id")).isNull();
    }

    @Test
    void alwaysSetRequestIdInResponseTellsIt() {
        config.setAlwaysSetRequestIdInResponse(true);
        request.set(HeaderName.X_REQUEST_ID, "abc");
        apply();
        assertThat(header("x-request-id")).isEqualTo("abc");
    }

    @Test
    void aForcedTraceTellsItToo() {
        request.set(HeaderName.X_REQUEST_ID, "abc");
        request.set(HeaderName.X_ENVOY_FORCE_TRACE, "true");
        apply();
        assertThat(header("x-request-id")).isEqualTo("abc");
    }
}
