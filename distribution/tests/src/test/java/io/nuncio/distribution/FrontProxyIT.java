package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The front proxy of Envoy's documentation (examples/front-proxy/envoy.yaml), message for message
/// and value for value: two listeners without a name, two services told apart by path, clusters by
/// name, a layer of runtime values, an admin server; the second listener speaks TLS with the
/// certificate of the documentation. Addresses are loopback's.
class FrontProxyIT {
    private static final String LISTENER =
            """
              - address:
                  socket_address:
                    address: 127.0.0.1
                    port_value: 0
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      codec_type: AUTO
                      stat_prefix: ingress_http
                      route_config:
                        name: local_route
                        virtual_hosts:
                        - name: backend
                          domains:
                          - "*"
                          routes:
                          - match:
                              prefix: "/service/1"
                            route:
                              cluster: service1
                          - match:
                              prefix: "/service/2"
                            route:
                              cluster: service2
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
            """;

    private static final String CLUSTER =
            """
              - name: service%d
                type: STRICT_DNS
                lb_policy: ROUND_ROBIN
                load_assignment:
                  cluster_name: service%1$d
                  endpoints:
                  - lb_endpoints:
                    - endpoint:
                        address:
                          socket_address:
                            address: localhost
                            port_value: %d
            """;

    private static final String REST =
            """
            admin:
              address:
                socket_address:
                  address: 127.0.0.1
                  port_value: 0
            layered_runtime:
              layers:
              - name: static_layer_0
                static_layer:
                  envoy:
                    resource_limits:
                      listener:
                        example_listener_name:
                          connection_limit: 10000
            """;

    private static final Path CERTIFICATE =
            Distribution.ROOT.resolve(
                    "distribution/tests/src/test/resources/front-proxy/transport-socket.yaml");

    private FakeUpstream one;
    private FakeUpstream two;
    private NuncioServer proxy;

    @BeforeEach
    void start() throws Exception {
        one = FakeUpstream.answering("one");
        two = FakeUpstream.answering("two");
        proxy = start(documented());
    }

    private String documented() throws IOException {
        return "static_resources:\n  listeners:\n"
                + LISTENER
                + LISTENER
                + Files.readString(CERTIFICATE)
                + "  clusters:\n"
                + CLUSTER.formatted(1, one.port())
                + CLUSTER.formatted(2, two.port())
                + REST;
    }

    private static NuncioServer start(String yaml) throws Exception {
        return NuncioServer.start(Distribution.HOME.resolve("bundles"), yaml);
    }

    @AfterEach
    void stop() {
        proxy.close();
        one.close();
        two.close();
    }

    @Test
    void eachPathGoesToItsService() {
        try (RawClient client = client(0)) {
            assertThat(get(client, "/service/1").bodyText()).isEqualTo("one");
            assertThat(get(client, "/service/2/more").bodyText()).isEqualTo("two");
            assertThat(get(client, "/service/3").status()).isEqualTo(404);
        }
        assertThat(one.takeRequest().target()).isEqualTo("/service/1");
        assertThat(two.takeRequest().target()).isEqualTo("/service/2/more");
    }

    @Test
    void curlReachesBothServicesOnBothListeners() throws Exception {
        List<InetSocketAddress> listeners = listeners();
        for (String url :
                List.of(
                        "http://localhost:" + listeners.get(0).getPort(),
                        "https://localhost:" + listeners.get(1).getPort())) {
            assertThat(curl(url + "/service/1")).isEqualTo("one 200 1.1");
            assertThat(curl(url + "/service/2")).isEqualTo("two 200 1.1");
            assertThat(curl(url + "/")).isEqualTo(" 404 1.1");
        }
        assertThat(one.takeRequest().header("x-forwarded-proto")).isEqualTo("http");
        assertThat(one.takeRequest().header("x-forwarded-proto")).isEqualTo("https");
    }

    @Test
    void curlSpeaksHttp2OnBothListenersWhereItMay() throws Exception {
        String plain = "http://localhost:" + listeners().get(0).getPort() + "/service/1";
        assertThat(curl(plain, "--http2-prior-knowledge")).isEqualTo("one 200 2");

        String offering =
                documented()
                        .replace(
                                "common_tls_context:\n",
                                "common_tls_context:\n"
                                        + "            alpn_protocols: [h2, http/1.1]\n");
        try (NuncioServer own = start(offering)) {
            String secure = "https://localhost:" + listeners(own).get(1).getPort() + "/service/2";
            assertThat(curl(secure)).isEqualTo("two 200 2");
            assertThat(curl(secure, "--http1.1")).isEqualTo("two 200 1.1");
            assertThat(own.stat("http.ingress_http.downstream_cx_http2_total")).isEqualTo(1);
            assertThat(own.stat("http.ingress_http.downstream_cx_ssl_total")).isEqualTo(2);
        }
    }

    @Test
    void aTypedConfigWorksUnderAnyName() throws Exception {
        String renamed =
                documented()
                        .replace("envoy.filters.network.http_connection_manager\n", "the way in\n")
                        .replace("envoy.filters.http.router\n", "the way out\n");
        assertThat(renamed).contains("name: the way in", "name: the way out");
        try (NuncioServer own = start(renamed);
                RawClient client = RawClient.connect(listeners(own).getFirst())) {
            assertThat(get(client, "/service/1").bodyText()).isEqualTo("one");
        }
    }

    @Test
    void theUpstreamGetsWhatAProxyOwesIt() {
        try (RawClient client = client(0)) {
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
        try (RawClient client = client(0)) {
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
            assertThat(get(admin, "/listeners").bodyText())
                    .matches("([0-9a-f-]{36}::127\\.0\\.0\\.1:\\d+\n){2}");
            assertThat(get(admin, "/config_dump").bodyText())
                    .containsSubsequence(
                            "BootstrapConfigDump",
                            "ClustersConfigDump",
                            "ListenersConfigDump",
                            "ScopedRoutesConfigDump",
                            "RoutesConfigDump",
                            "SecretsConfigDump")
                    .contains("BEGIN CERTIFICATE", "[redacted]")
                    .doesNotContain("PRIVATE KEY", "MIIEvQIBADANBg");
            assertThat(
                            get(
                                            admin,
                                            "/config_dump?resource=static_route_configs"
                                                    + "&mask=route_config.name")
                                    .bodyText())
                    .containsSubsequence("\"local_route\"", "\"local_route\"")
                    .doesNotContain("virtual_hosts", "last_updated");
            assertThat(get(admin, "/config_dump?name_regex=no.*").bodyText())
                    .contains("RoutesConfigDump")
                    .doesNotContain("static_route_configs");
            assertThat(get(admin, "/server_info").bodyText()).contains("\"state\": \"LIVE\"");
            assertThat(get(admin, "/quitquitquit").status()).as("only by POST").isEqualTo(405);
        }
    }

    @Test
    void theAdminServersLogMayBeGivenByItsPathAlone(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("admin.log");
        String yaml = REST.replace("admin:\n", "admin:\n  access_log_path: " + log + "\n");
        try (NuncioServer own = start(yaml);
                RawClient admin = RawClient.connect(own.admin())) {
            get(admin, "/ready");
        }
        assertThat(log).content().contains("\"GET /ready HTTP/1.1\" 200 ");
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

    private RawClient client(int listener) {
        return RawClient.connect(listeners().get(listener));
    }

    private List<InetSocketAddress> listeners() {
        return listeners(proxy);
    }

    /// Listeners without a name are found by the admin server alone.
    private static List<InetSocketAddress> listeners(NuncioServer server) {
        try (RawClient admin = RawClient.connect(server.admin())) {
            return get(admin, "/listeners")
                    .bodyText()
                    .lines()
                    .map(line -> line.substring(line.lastIndexOf(':') + 1))
                    .map(port -> new InetSocketAddress("127.0.0.1", Integer.parseInt(port)))
                    .toList();
        }
    }

    /// The body, the status and the version of HTTP that curl sees.
    private static String curl(String url, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "curl",
                                "-s",
                                "-4",
                                "-k",
                                "-w",
                                " %{http_code} %{http_version}",
                                url));
        command.addAll(List.of(options));
        Distribution.Finished finished = Distribution.finish(new ProcessBuilder(command));
        assertThat(finished.exitCode()).as(finished.output()).isZero();
        return finished.output();
    }

    private static HttpMessage get(RawClient client, String path) {
        return client.exchange("GET " + path + " HTTP/1.1\r\nhost: a\r\n\r\n");
    }
}
