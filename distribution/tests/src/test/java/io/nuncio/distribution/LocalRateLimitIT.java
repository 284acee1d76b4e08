package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The local rate limit filter in front of an upstream, on two workers.
class LocalRateLimitIT {
    private static final String ON =
            "stat_prefix: l, filter_enabled: { default_value: { numerator: 100 } },"
                    + " filter_enforced: { default_value: { numerator: 100 } }, ";

    private static FilteredProxy proxy(String config, String hostLevel, String routeLevel)
            throws Exception {
        return new FilteredProxy(
                "envoy.filters.http.local_ratelimit",
                "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
                ON + config,
                hostLevel,
                routeLevel);
    }

    private static String bucket(int tokens) {
        return "token_bucket: { max_tokens: " + tokens + ", fill_interval: 1000s }";
    }

    private static int status(RawClient client, String... headers) {
        return client.exchange(FilteredProxy.request("GET /", headers)).status();
    }

    private static long connections(FilteredProxy proxy, int worker) {
        return proxy.server()
                .stat("listener.127.0.0.1_0.worker_" + worker + ".downstream_cx_total");
    }

    @Test
    void workersShareABucket() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        try (FilteredProxy proxy = proxy(bucket(10), "", "")) {
            int answers200 = 0;
            int requests = 0;
            boolean both = false;
            while (!both && requests < 500 || requests < 30) {
                RawClient client = proxy.server().client("l");
                clients.add(client);
                answers200 += status(client) == 200 ? 1 : 0;
                requests++;
                both = connections(proxy, 0) > 0 && connections(proxy, 1) > 0;
            }

            assertThat(both).as("both workers had connections").isTrue();
            assertThat(answers200).isEqualTo(10);
            proxy.server().awaitStat("l.http_local_rate_limit.ok", 10);
            proxy.server().awaitStat("l.http_local_rate_limit.rate_limited", requests - 10);
        } finally {
            clients.forEach(RawClient::close);
        }
    }

    @Test
    void aConnectionMayHaveBucketsOfItsOwn() throws Exception {
        try (FilteredProxy proxy =
                        proxy(
                                bucket(1) + ", local_rate_limit_per_downstream_connection: true",
                                "",
                                "");
                RawClient one = proxy.server().client("l");
                RawClient other = proxy.server().client("l")) {
            assertThat(status(one)).isEqualTo(200);
            assertThat(status(one)).isEqualTo(429);
            assertThat(status(other)).isEqualTo(200);
            assertThat(status(other)).isEqualTo(429);
        }
    }

    @Test
    void theBucketIsThatOfWhatTheRoutesActionsSay() throws Exception {
        String byUser =
                "{ entries: [{ key: user }, { key: destination_cluster, value: c }], "
                        + bucket(1)
                        + " }";
        String ofHost =
                "{ entries: [{ key: remote_address, value: 127.0.0.1 }], " + bucket(4) + " }";
        try (FilteredProxy proxy =
                        new FilteredProxy(
                                "envoy.filters.http.local_ratelimit",
                                "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
                                ON
                                        + bucket(100)
                                        + ", descriptors: ["
                                        + byUser
                                        + ", "
                                        + ofHost
                                        + "]",
                                "rate_limits: [{ actions: [{ remote_address: {} }] }]",
                                "include_vh_rate_limits: true, rate_limits: [{ actions: ["
                                        + "{ request_headers: { header_name: x-user,"
                                        + " descriptor_key: user } },"
                                        + " { destination_cluster: {} }] }]",
                                "");
                RawClient client = proxy.server().client("l")) {
            assertThat(status(client, "x-user: a")).isEqualTo(200);
            assertThat(status(client, "x-user: a")).isEqualTo(429);
            assertThat(status(client, "x-user: b")).isEqualTo(200);
            assertThat(status(client, "x-user: b")).isEqualTo(429);
            assertThat(status(client)).isEqualTo(200);
            assertThat(status(client)).isEqualTo(200);
            assertThat(status(client)).as("all four of the host are used").isEqualTo(429);
        }
    }

    @Test
    void anInputOfTheMatchingApiMaySayWhatARequestCountsAs() throws Exception {
        try (FilteredProxy proxy =
                        proxy(
                                "descriptors: [{ entries: [{ key: tier, value: free }], "
                                        + bucket(1)
                                        + " }], rate_limits: [{ actions: [{ extension: { name:"
                                        + " tier, typed_config: { \"@type\":"
                                        + " type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput,"
                                        + " header_name: x-tier } } }] }]",
                                "",
                                "");
                RawClient client = proxy.server().client("l")) {
            assertThat(status(client, "x-tier: free")).isEqualTo(200);
            assertThat(status(client, "x-tier: free")).isEqualTo(429);
            assertThat(status(client, "x-tier: paid")).isEqualTo(200);
            assertThat(status(client)).isEqualTo(200);
        }
    }

    @Test
    void whatTheFilterDoesNotDoIsRefusedByName() {
        assertThatThrownBy(() -> proxy(bucket(1) + ", local_cluster_rate_limit: {}", "", ""))
                .hasMessageContaining("local_cluster_rate_limit");
        assertThatThrownBy(() ->
                        proxy(
                                bucket(1),
                                "rate_limits: [{ apply_on_stream_done: true, actions: [{"
                                        + " remote_address: {} }] }]",
                                ""))
                .hasMessageContaining("apply_on_stream_done");
    }

    @Test
    void theHeadersTellHowFullTheBucketIs() throws Exception {
        try (FilteredProxy proxy =
                proxy(
                        bucket(1)
                                + ", enable_x_ratelimit_headers: DRAFT_VERSION_03,"
                                + " response_headers_to_add: [{ header: { key: x-why, value:"
                                + " '%RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%' } }]",
                        "",
                        "")) {
            HttpMessage first = proxy.exchange("GET /");
            HttpMessage second = proxy.exchange("GET /");

            assertThat(first.header("x-ratelimit-limit")).isEqualTo("1");
            assertThat(first.header("x-ratelimit-remaining")).isEqualTo("0");
            assertThat(first.header("x-why")).isNull();
            assertThat(second.status()).isEqualTo(429);
            assertThat(second.header("x-ratelimit-limit")).isEqualTo("1");
            assertThat(second.header("x-ratelimit-remaining")).isEqualTo("0");
            assertThat(Integer.parseInt(second.header("x-ratelimit-reset"))).isBetween(900, 1000);
            assertThat(second.header("x-why")).isEqualTo("RL local_rate_limited");
            assertThat(second.bodyText()).isEqualTo("local_rate_limited");
            assertThat(proxy.upstream().waitingRequests()).isEqualTo(1);
        }
    }

    @Test
    void aRouteMayHaveALimitOfItsOwn() throws Exception {
        try (FilteredProxy proxy =
                        proxy(
                                bucket(5),
                                "",
                                "typed_per_filter_config: { envoy.filters.http.local_ratelimit: {"
                                    + " \"@type\":"
                                    + " type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit,"
                                    + " "
                                        + ON
                                        + bucket(1)
                                        + " } }");
                RawClient client = proxy.server().client("l")) {
            assertThat(status(client)).isEqualTo(200);
            assertThat(status(client)).isEqualTo(429);
        }
    }
}
