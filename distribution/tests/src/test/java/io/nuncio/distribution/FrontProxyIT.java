package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A front proxy as Envoy's documentation has it: two services told apart by path, names of filters
/// as free as in Envoy, and an admin server beside it.
class FrontProxyIT {
    private FakeUpstream one;
    private FakeUpstream two;
    private NuncioServer proxy;

    @BeforeEach
    void start() throws Exception {
        one = FakeUpstream.answering("one");
        two = FakeUpstream.answering("two");
        proxy =
                NuncioServer.start(
                        Distribution.HOME.resolve("bundles"),
                        """
                        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
                        static_resources:
                          listeners:
                          - name: front
                            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                            filter_chains:
                            - filters:
                              - name: the way in
                                typed_config:
                                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                                  codec_type: AUTO
                                  stat_prefix: ingress_http
                                  route_config:
                                    name: local_route
                                    virtual_hosts:
                                    - name: backend
                                      domains: ["*"]
                                      routes:
                                      - match: { prefix: "/service/1" }
                                        route: { cluster: service1 }
                                      - match: { prefix: "/service/2" }
                                        route: { cluster: service2 }
                                  http_filters:
                                  - name: the way out
                                    typed_config:
                                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                          clusters:
                          - name: service1
                            type: STRICT_DNS
                            dns_lookup_family: V4_ONLY
                            load_assignment:
                              cluster_name: service1
                              endpoints:
                              - lb_endpoints:
                                - endpoint: { address: { socket_address: { address: localhost, port_value: %d } } }
                          - name: service2
                            type: STRICT_DNS
                            dns_lookup_family: V4_ONLY
                            load_assignment:
                              cluster_name: service2
                              endpoints:
                              - lb_endpoints:
                                - endpoint: { address: { socket_address: { address: localhost, port_value: %d } } }
                        """
                                .formatted(one.port(), two.port()));
    }

    @AfterEach
    void stop() {
        proxy.close();
        one.close();
        two.close();
    }

    @Test
    void eachPathGoesToItsService() {
        try (RawClient client = proxy.client("front")) {
            assertThat(get(client, "/service/1").bodyText()).isEqualTo("one");
            assertThat(get(client, "/service/2/more").bodyText()).isEqualTo("two");
            assertThat(get(client, "/service/3").status()).isEqualTo(404);
        }
        assertThat(one.takeRequest().target()).isEqualTo("/service/1");
        assertThat(two.takeRequest().target()).isEqualTo("/service/2/more");
    }

    @Test
    void theUpstreamGetsWhatAProxyOwesIt() {
        try (RawClient client = proxy.client("front")) {
            HttpMessage response = get(client, "/service/1");
            assertThat(response.header("server")).isEqualTo("envoy");
            assertThat(response.header("x-envoy-upstream-service-time")).matches("\\d+");
            assertThat(response.header("date")).endsWith(" GMT");
        }
        HttpMessage request = one.takeRequest();
        assertThat(request.header("x-forwarded-proto")).isEqualTo("http");
        assertThat(request.header("x-request-id"))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(request.header("x-envoy-expected-rq-timeout-ms")).isEqualTo("15000");
        assertThat(request.header("connection")).isNull();
    }

    @Test
    void theAdminServerShowsWhatHappened() {
        try (RawClient client = proxy.client("front")) {
            get(client, "/service/1");
        }
        proxy.awaitStat("http.ingress_http.downstream_cx_active", 0);
        try (RawClient admin = RawClient.connect(proxy.admin())) {
            assertThat(get(admin, "/ready").bodyText()).isEqualTo("LIVE\n");
            assertThat(get(admin, "/stats").bodyText())
                    .contains(
                            "http.ingress_http.downstream_rq_2xx: 1\n",
                            "cluster.service1.upstream_rq_200: 1\n",
                            "cluster.service1.membership_healthy: 1\n");
            assertThat(get(admin, "/stats/prometheus").bodyText())
                    .contains(
                            "envoy_http_downstream_rq_xx{envoy_response_code_class=\"2\",envoy_http_conn_manager_prefix=\"ingress_http\"}"
                                + " 1\n");
            assertThat(get(admin, "/clusters").bodyText())
                    .contains("service1::127.0.0.1:" + one.port() + "::rq_success::1\n");
            assertThat(get(admin, "/listeners").bodyText()).startsWith("front::127.0.0.1:");
            assertThat(get(admin, "/config_dump").bodyText())
                    .contains("BootstrapConfigDump", "\"local_route\"");
            assertThat(get(admin, "/server_info").bodyText()).contains("\"state\": \"LIVE\"");
            assertThat(get(admin, "/quitquitquit").status()).as("only by POST").isEqualTo(405);
        }
    }

    @Test
    void aFailedHealthCheckShowsAsDraining() {
        try (RawClient admin = RawClient.connect(proxy.admin())) {
            assertThat(
                            admin.exchange(
                                            "POST /healthcheck/fail HTTP/1.1\r\n"
                                                    + "host: a\r\n"
                                                    + "content-length: 0\r\n\r\n")
                                    .bodyText())
                    .isEqualTo("OK\n");
            HttpMessage ready = get(admin, "/ready");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.bodyText()).isEqualTo("DRAINING\n");
            admin.exchange("POST /healthcheck/ok HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
            assertThat(get(admin, "/ready").status()).isEqualTo(200);
        }
    }

    private static HttpMessage get(RawClient client, String path) {
        return client.exchange("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n");
    }
}
