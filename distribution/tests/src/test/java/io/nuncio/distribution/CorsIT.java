package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.HttpMessage;

import org.junit.jupiter.api.Test;

/// The CORS filter as a browser meets it.
class CorsIT {
    private static final String POLICY =
            "typed_per_filter_config: { envoy.filters.http.cors: { \"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy, %s } }";

    private static FilteredProxy proxy() throws Exception {
        return new FilteredProxy(
                "envoy.filters.http.cors",
                "envoy.extensions.filters.http.cors.v3.Cors",
                "",
                POLICY.formatted("allow_origin_string_match: [{ suffix: .example }]"),
                POLICY.formatted("allow_methods: PUT"));
    }

    @Test
    void aPreflightIsAnsweredAndNotForwarded() throws Exception {
        try (FilteredProxy proxy = proxy()) {
            HttpMessage answer =
                    proxy.exchange(
                            "OPTIONS /",
                            "origin: https://a.example",
                            "access-control-request-method: PUT");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://a.example");
            assertThat(answer.header("access-control-allow-methods")).isEqualTo("PUT");
            assertThat(proxy.upstream().waitingRequests()).isZero();
            proxy.server().awaitStat("http.t.cors.origin_valid", 1);
        }
    }

    @Test
    void theAllowedOriginIsNamedInTheUpstreamsResponse() throws Exception {
        try (FilteredProxy proxy = proxy()) {
            HttpMessage answer = proxy.exchange("GET /", "origin: https://a.example");
            HttpMessage other = proxy.exchange("GET /", "origin: https://a.test");

            assertThat(answer.bodyText()).isEqualTo("hello");
            assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://a.example");
            assertThat(other.header("access-control-allow-origin")).isNull();
            proxy.server().awaitStat("http.t.cors.origin_invalid", 1);
        }
    }
}
