package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

class ConfigLoaderTest {
    static final String FRONT_PROXY =
            """
            node:
              id: front
              cluster: edge
              metadata: {stage: test}
              locality: {region: r, zone: z, sub_zone: s}
            admin:
              address:
                socket_address: {address: 127.0.0.1, port_value: 9901}
              access_log:
              - name: log
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                  path: /dev/null
            stats_config:
              use_all_default_tags: true
              stats_tags:
              - tag_name: color
                regex: "^color\\\\.((.+?)\\\\.)"
              - tag_name: place
                fixed_value: here
            static_resources:
              listeners:
              - name: ingress
                address:
                  socket_address: {address: 0.0.0.0, port_value: 8080}
                filter_chains:
                - filters:
                  - name: any.name.will.do
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: ingress_http
                      codec_type: auto
                      route_config:
                        name: local_route
                        virtual_hosts:
                        - name: backend
                          domains: "*"
                          routes:
                          - match: {prefix: /service/1}
                            route: {cluster: service1, timeout: 0.5s}
                          - match: {path: /old}
                            redirect: {https_redirect: true}
                          - match: {safe_regex: {regex: /x.*}}
                            direct_response: {status: 200, body: {inline_string: hello}}
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
              clusters:
              - name: service1
                type: strict_dns
                connect_timeout: 0.25s
                lb_policy: ROUND_ROBIN
                load_assignment:
                  cluster_name: service1
                  endpoints:
                  - lb_endpoints:
                    - endpoint:
                        address:
                          socket_address: {address: service1, port_value: 8000}
                      load_balancing_weight: 3
            """;

    @Test
    void aPlainProxyLoadsWithoutAnyProblem() throws Exception {
        LoadResult<Bootstrap> result =
                new ConfigLoader(new Types())
                        .load(
                                List.of(ConfigSource.yaml("good.yaml", FRONT_PROXY)),
                                FakeExtensions.plain(),
                                LoadOptions.DEFAULT);
        assertThat(result.text()).isEmpty();
        assertThat(result.ok()).isTrue();
        Bootstrap bootstrap = result.message();
        assertThat(bootstrap.getNode().getId()).isEqualTo("front");
        assertThat(bootstrap.getStaticResources().getClusters(0).getType())
                .isEqualTo(Cluster.DiscoveryType.STRICT_DNS);
        assertThat(
                        bootstrap
                                .getStaticResources()
                                .getListeners(0)
                                .getFilterChains(0)
                                .getFilters(0)
                                .getTypedConfig()
                                .unpack(HttpConnectionManager.class)
                                .getRouteConfig()
                                .getVirtualHosts(0)
                                .getDomainsList())
                .containsExactly("*");
    }

    @Test
    void allMistakesOfAFileAreReportedInOneRunWithPlaceAndPath() {
        LoadResult<Bootstrap> result =
                Loading.bootstrap(
                        """
                        static_resources:
                          listeners:
                          - name: ingress
                            adress:
                              socket_address: {address: 0.0.0.0, port_value: 8080}
                          clusters:
                          - name: ""
                            connect_timeout: 250ms
                            lb_policy: ROUND_ROBBIN
                            load_assignment:
                              cluster_name: c
                              endpoints:
                              - lb_endpoints:
                                - endpoint:
                                    address:
                                      socket_address: {address: a, port_value: 70000}
                        """);
        assertThat(result.ok()).isFalse();
        assertThat(result.text())
                .isEqualTo(
                        """
                        bad.yaml:4:5: error: unknown field `adress` in envoy.config.listener.v3.Listener; did you mean `address`?
                            at static_resources.listeners[0].adress
                        bad.yaml:7:11: error: value length must be at least 1 characters
                            at static_resources.clusters[0].name
                        bad.yaml:8:22: error: expected a duration in seconds such as 5s or 0.25s, found `250ms`; write 0.25s
                            at static_resources.clusters[0].connect_timeout
                        bad.yaml:9:16: error: expected one of ROUND_ROBIN, LEAST_REQUEST, RING_HASH, RANDOM, MAGLEV, CLUSTER_PROVIDED, LOAD_BALANCING_POLICY_CONFIG, found `ROUND_ROBBIN`; did you mean `ROUND_ROBIN`?
                            at static_resources.clusters[0].lb_policy
                        bad.yaml:16:56: error: value must be less than or equal to 65535
                            at static_resources.clusters[0].load_assignment.endpoints[0].lb_endpoints[0].endpoint.address.socket_address.port_value
                        """);
        assertThatThrownBy(result::message)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bad.yaml:4:5");
    }

    @Test
    void aProblemFoundLaterIsLocatedByItsPath() {
        LoadResult<Bootstrap> result = Loading.bootstrap(FRONT_PROXY);
        Problems problems = new Problems();
        problems.in("static_resources.clusters[0]").add("name", "is taken");
        problems.in("static_resources.listeners[0].filter_chains[0].filters[0].typed_config")
                .in("<HttpConnectionManager>")
                .warn("route_config.virtual_hosts[0].domains[0]", "matches everything");
        problems.add("static_resources.clusters[0].circuit_breakers.thresholds[0]", "is missing");
        problems.add("no.such.field[7]", "is nowhere");
        List<ConfigProblem> located = result.locate(problems);
        assertThat(located.get(0).text())
                .isEqualTo(
                        "bad.yaml:50:11: error: is taken\n"
                                + "    at static_resources.clusters[0].name");
        assertThat(located.get(1).text()).startsWith("bad.yaml:37:24: warning: matches everything");
        assertThat(located.get(2).line()).isEqualTo(50);
        assertThat(located.get(3).line()).isEqualTo(1);
    }

    @Test
    void unknownFieldsAreWarningsWhereTheyAreAllowed() {
        ConfigSource source = ConfigSource.yaml("a.yaml", "node: {id: a, colour: red}");
        LoadResult<Bootstrap> result =
                Loading.bootstrap(LoadOptions.DEFAULT.withUnknownFieldsAllowed(), source);
        assertThat(result.message().getNode().getId()).isEqualTo("a");
        assertThat(result.warnings()).hasSize(1);
        assertThat(result.text()).startsWith("a.yaml:1:15: warning: unknown field `colour`");
        LoadOptions silent = new LoadOptions(true, true, false, true);
        assertThat(Loading.bootstrap(silent, source).text()).isEmpty();
    }

    @Test
    void duplicateKeysAreErrorsOnlyWhereTheyAreRefused() {
        ConfigSource source = ConfigSource.yaml("a.yaml", "node: {id: a}\nnode: {id: b}\n");
        LoadResult<Bootstrap> lenient = Loading.bootstrap(LoadOptions.DEFAULT, source);
        assertThat(lenient.message().getNode().getId()).isEqualTo("b");
        assertThat(lenient.text())
                .startsWith("a.yaml:2:1: warning: `node` is given twice, first at line 1");
        LoadResult<Bootstrap> strict =
                Loading.bootstrap(new LoadOptions(false, false, true, true), source);
        assertThat(strict.ok()).isFalse();
    }

    @Test
    void theFilesEndingDecidesHowItIsRead(@TempDir Path folder) throws Exception {
        Bootstrap bootstrap = Loading.bootstrap(FRONT_PROXY).message();
        Path binary = Files.write(folder.resolve("a.pb"), bootstrap.toByteArray());
        Path text = Files.writeString(folder.resolve("a.pb_text"), "node { id: \"front\" }");
        Path textproto = Files.writeString(folder.resolve("a.textproto"), "node { id: \"front\" }");
        Path json = Files.writeString(folder.resolve("a.json"), "{\"node\":\t{\"id\": \"front\"}}");
        Path yaml = Files.writeString(folder.resolve("a.yml"), "node: {id: front}");
        Path other = Files.writeString(folder.resolve("a.conf"), "{\"node\": {\"id\": \"front\"}}");
        assertThat(Loading.bootstrap(LoadOptions.DEFAULT, ConfigSource.file(binary)).message())
                .isEqualTo(bootstrap);
        for (Path file : List.of(text, textproto, json, yaml, other)) {
            LoadResult<Bootstrap> result =
                    Loading.bootstrap(LoadOptions.DEFAULT, ConfigSource.file(file));
            assertThat(result.message().getNode().getId()).as(file.toString()).isEqualTo("front");
        }
    }

    @Test
    void problemsArePrintedAsJsonForPrograms() {
        LoadResult<Bootstrap> result = Loading.bootstrap("node: {id: 5}\n");
        assertThat(ProblemsJson.of(result.problems()))
                .isEqualTo(
                        """
                        [ {
                          "file" : "bad.yaml",
                          "line" : 1,
                          "column" : 12,
                          "path" : "node.id",
                          "message" : "expected text, found the number `5`; put it in quotes: \\"5\\"",
                          "severity" : "error"
                        } ]\
                        """);
        assertThat(ProblemsJson.of(List.of())).isEqualTo("[ ]");
    }

    @Test
    void aBootstrapWithManyExtensionsIsAcceptedAndPrintsAsItself() throws Exception {
        Path file = Path.of("src/test/resources/io/nuncio/kernel/config/many-extensions.yaml");
        Bootstrap prototype = Bootstrap.getDefaultInstance();
        LoadResult<Bootstrap> result = Loading.yaml(prototype, Files.readString(file));
        assertThat(result.text()).isEmpty();
        String printed = new MessageJson(new Types()).unredacted().print(result.message());
        LoadResult<Bootstrap> again = Loading.json(prototype, printed);
        assertThat(again.text()).isEmpty();
        assertThat(again.message().getStaticResources().getClustersList())
                .isEqualTo(result.message().getStaticResources().getClustersList());
    }

    @Test
    void deprecatedFieldsAreCountedAndWarnedAbout() {
        LoadResult<Cluster> result =
                Loading.yaml(
                        Cluster.getDefaultInstance(),
                        "name: a\nconnect_timeout: 1s\nmax_requests_per_connection: 5\n");
        assertThat(result.ok()).isTrue();
        assertThat(result.deprecatedUses()).isEqualTo(1);
        assertThat(result.text())
                .isEqualTo(
                        "test.yaml:3:30: warning: `max_requests_per_connection` is deprecated;"
                                + " Envoy will remove it\n"
                                + "    at max_requests_per_connection\n");
    }

    @Test
    void aContradictionNamesThePlacesOfBoth() {
        String text =
                """
                static_resources:
                  listeners:
                  - name: one
                    filter_chains:
                    - name: a
                    - name: b
                """;
        var result =
                new ConfigLoader(new Types(), FieldTable.EVERYTHING)
                        .load(
                                List.of(ConfigSource.yaml("two.yaml", text)),
                                NoExtensions.INSTANCE,
                                LoadOptions.DEFAULT);
        Problems problems = new Problems();
        problems.in("static_resources.listeners[0]")
                .contradicts(
                        "filter_chains[1]", "has the same matching rules as", "filter_chains[0]");
        assertThat(result.locate(problems).getFirst().text())
                .startsWith(
                        "two.yaml:6:7: error: has the same matching rules as filter_chains[0]"
                                + " (two.yaml:5:7)");
    }
}
