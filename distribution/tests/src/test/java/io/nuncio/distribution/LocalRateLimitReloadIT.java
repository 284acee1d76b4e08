package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// What becomes of buckets when the routes change: as in Envoy, those of routes begin anew and
/// full, the filter's own stay as they are.
class LocalRateLimitReloadIT {
    private static final String LIMIT =
            "\"@type\":"
                + " type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit,"
                + " stat_prefix: l, filter_enabled: { default_value: { numerator: 100 } },"
                + " filter_enforced: { default_value: { numerator: 100 } }, token_bucket: {"
                + " max_tokens: 1, fill_interval: 1000s }";

    @TempDir Path folder;

    @Test
    void theBucketsOfRoutesBeginAnew() throws Exception {
        writeRoutes("first");
        try (FakeUpstream upstream = FakeUpstream.answering("hello");
                NuncioServer server = start(upstream);
                RawClient client = server.client("l")) {
            assertThat(status(client, "/own")).isEqualTo(200);
            assertThat(status(client, "/own")).isEqualTo(429);
            assertThat(status(client, "/")).isEqualTo(200);
            assertThat(status(client, "/")).isEqualTo(429);

            writeRoutes("second");
            server.awaitStat("http.t.rds.r.update_success", 2);

            assertThat(status(client, "/own")).isEqualTo(200);
            assertThat(status(client, "/own")).isEqualTo(429);
            assertThat(status(client, "/")).isEqualTo(429);
            assertThat(server.stat("l.http_local_rate_limit.enabled")).isEqualTo(7);
        }
    }

    private static int status(RawClient client, String path) {
        return client.exchange(FilteredProxy.request("GET " + path)).status();
    }

    private void writeRoutes(String virtualHost) throws IOException {
        Path fresh =
                Files.writeString(
                        folder.resolve("rds.new"),
                        """
                        resources:
                        - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
                          name: r
                          virtual_hosts:
                          - name: %s
                            domains: ["*"]
                            routes:
                            - match: { prefix: /own }
                              route: { cluster: c }
                              typed_per_filter_config: { envoy.filters.http.local_ratelimit: { %s } }
                            - match: { prefix: / }
                              route: { cluster: c }
                        """
                                .formatted(virtualHost, LIMIT));
        Files.move(
                fresh,
                folder.resolve("rds.yaml"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private NuncioServer start(FakeUpstream upstream) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                """
                static_resources:
                  listeners:
                  - name: l
                    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
                    filter_chains:
                    - filters:
                      - name: envoy.filters.network.http_connection_manager
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: t
                          rds: { route_config_name: r, config_source: { path_config_source: { path: %s/rds.yaml } } }
                          http_filters:
                          - name: envoy.filters.http.local_ratelimit
                            typed_config: { %s }
                          - name: envoy.filters.http.router
                            typed_config:
                              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
                  clusters:
                  - name: c
                    type: STATIC
                    load_assignment:
                      cluster_name: c
                      endpoints:
                      - lb_endpoints:
                        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
                """
                        .formatted(folder, LIMIT, upstream.port()));
    }
}
