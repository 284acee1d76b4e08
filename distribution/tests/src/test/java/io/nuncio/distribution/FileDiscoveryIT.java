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
import java.nio.file.StandardCopyOption;

/// Listeners, clusters, routes and endpoints from files that change while requests run.
class FileDiscoveryIT {
    private static final Path BUNDLES =
            Path.of(System.getProperty("nuncio.root"), "distribution/target/nuncio/bundles");

    @TempDir Path folder;

    private final FakeUpstream one = FakeUpstream.answering("one");
    private final FakeUpstream two = FakeUpstream.answering("two");
    private NuncioServer server;
    private SteadyRequests requests;

    @BeforeEach
    void start() throws Exception {
        write("eds.yaml", endpoints(one));
        write("rds.yaml", routes("service", ""));
        write("cds.yaml", cluster("service", 100));
        write("lds.yaml", listener("in"));
        server =
                NuncioServer.start(
                        BUNDLES,
                        """
                        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
                        dynamic_resources:
                          lds_config: { path_config_source: { path: %1$s/lds.yaml } }
                          cds_config: { path_config_source: { path: %1$s/cds.yaml } }
                        """
                                .formatted(folder),
                        "--drain-time-s",
                        "1");
        requests = SteadyRequests.to(server.address("in"));
    }

    @AfterEach
    void stop() {
        requests.close();
        server.close();
        one.close();
        two.close();
    }

    /// Moves a file into place, as a person who cares would.
    private void write(String name, String content) throws IOException {
        Path fresh = Files.writeString(folder.resolve(name + ".new"), content);
        Files.move(
                fresh,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static String resource(String type, String body) {
        return "resources:\n- \"@type\": type.googleapis.com/envoy.config."
                + type
                + "\n"
                + body.indent(2);
    }

    private static String endpoints(FakeUpstream upstream) {
        return resource(
                "endpoint.v3.ClusterLoadAssignment",
                """
                cluster_name: service
                endpoints:
                - lb_endpoints:
                  - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                """
                        .formatted(upstream.port()));
    }

    private String cluster(String name, int requestsPerConnection) {
        return resource(
                "cluster.v3.Cluster",
                """
                name: %s
                type: EDS
                connect_timeout: 5s
                max_requests_per_connection: %d
                eds_cluster_config:
                  service_name: service
                  eds_config: { path_config_source: { path: %s/eds.yaml } }
                """
                        .formatted(name, requestsPerConnection, folder));
    }

    private static String routes(String cluster, String header) {
        return resource(
                "route.v3.RouteConfiguration",
                """
                name: routes
                response_headers_to_add: [%s]
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  routes: [{ match: { prefix: / }, route: { cluster: %s } }]
                """
                        .formatted(header, cluster));
    }

    private String listener(String statPrefix) {
        return resource(
                "listener.v3.Listener",
                """
                name: in
                address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: %s
                      rds:
                        route_config_name: routes
                        config_source: { path_config_source: { path: %s/rds.yaml } }
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                """
                        .formatted(statPrefix, folder));
    }

    @Test
    void endpointsChangeWithoutAFailedRequest() throws Exception {
        requests.awaitAnswers("one");
        write("eds.yaml", endpoints(two));
        requests.awaitAnswers("two");
        assertThat(requests.failures()).isEmpty();
        server.awaitStat("cluster.service.membership_change", 2);
    }

    @Test
    void routesChangeWithoutAFailedRequest() throws Exception {
        requests.awaitAnswers("one");
        write("rds.yaml", routes("service", "{ header: { key: x-version, value: two } }"));
        requests.awaitHeader("x-version", "two");
        assertThat(requests.failures()).isEmpty();
        server.awaitStat("http.in.rds.routes.config_reload", 2);
        server.awaitStat("http.in.rds.routes.update_success", 2);
    }

    @Test
    void aClusterChangesWithoutAFailedRequest() throws Exception {
        requests.awaitAnswers("one");
        write("cds.yaml", cluster("service", 5));
        server.awaitStat("cluster_manager.cluster_modified", 1);
        server.awaitStat("cluster.service.upstream_cx_max_requests", n -> n > 3, "more than 3");
        requests.awaitAnswers("one");
        assertThat(requests.failures()).isEmpty();
        server.awaitStat("cluster_manager.cds.update_success", 2);
    }

    @Test
    void aListenerChangesWithoutAFailedRequest() throws Exception {
        requests.awaitAnswers("one");
        InetSocketAddress address = server.address("in");
        long before = server.stat("listener_manager.listener_create_success");
        write("lds.yaml", listener("changed"));
        server.awaitStat(
                "listener_manager.listener_create_success", n -> n > before, "the new one serves");
        server.awaitStat("http.changed.downstream_rq_total", n -> n > 100, "more than 100");
        server.awaitStat("http.in.downstream_cx_active", 0);
        server.awaitStat("listener_manager.total_filter_chains_draining", 0);
        assertThat(requests.failures()).isEmpty();
        assertThat(server.address("in")).isEqualTo(address);
        assertThat(server.stat("listener_manager.listener_modified")).isEqualTo(1);
    }

    @Test
    void aChangeOfHttpFiltersClosesNoConnection() throws Exception {
        try (RawClient client = server.client("in")) {
            String get = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
            assertThat(client.exchange(get).status()).isEqualTo(200);
            write(
                    "lds.yaml",
                    listener("in")
                            .replace(
                                    "http_filters:",
                                    "server_name: renewed\n        http_filters:"));
            server.awaitStat("listener_manager.listener_in_place_updated", 1);
            HttpMessage answer = client.exchange(get);
            while (!"renewed".equals(answer.header("server"))) { // its worker may be late to know
                answer = client.exchange(get);
            }
            assertThat(answer.header("connection")).isNull();
            assertThat(client.exchange(get).status()).isEqualTo(200);
        }
        assertThat(server.stat("listener_manager.total_filter_chains_draining")).isZero();
        assertThat(server.stat("listener_manager.total_listeners_draining")).isZero();
        assertThat(requests.failures()).isEmpty();
    }

    @Test
    void aClusterThatIsGoneIsNoLongerServed() throws Exception {
        requests.awaitAnswers("one");
        requests.close();
        write("cds.yaml", cluster("another", 100));
        server.awaitStat("cluster_manager.cluster_removed", 1);
        try (RawClient client = server.client("in")) {
            HttpMessage answer = client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n");
            assertThat(answer.status()).isEqualTo(503);
        }
        write("rds.yaml", routes("another", ""));
        server.awaitStat("http.in.rds.routes.config_reload", 2);
        try (RawClient client = server.client("in")) {
            assertThat(client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aFileThatIsWrongLeavesWhatServes() throws Exception {
        requests.awaitAnswers("one");
        write("lds.yaml", listener("in").replace("stat_prefix", "stat_prefiks"));
        server.awaitStat("listener_manager.lds.update_rejected", 1);
        write("rds.yaml", routes("service", "{ header: { key: 'x y', value: two } }"));
        server.awaitStat("http.in.rds.routes.update_rejected", 1);
        write("cds.yaml", "resources: [");
        server.awaitStat("cluster_manager.cds.update_rejected", 1);
        requests.reconnect();
        requests.awaitAnswers("one");
        assertThat(requests.failures()).isEmpty();
    }

    @Test
    void aListenerThatIsGoneDrainsAndItsPortIsFree() throws Exception {
        requests.awaitAnswers("one");
        requests.close();
        write("lds.yaml", "resources: []");
        server.awaitStat("listener_manager.listener_removed", 1);
        server.awaitStat("listener_manager.total_listeners_draining", 0);
        assertThat(server.stat("listener_manager.total_listeners_active")).isZero();
    }
}
