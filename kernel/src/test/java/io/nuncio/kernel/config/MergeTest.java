package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;

/// `--config-yaml` over a file, and text and binary protobuf as sources.
class MergeTest {
    private static final ConfigSource FILE =
            ConfigSource.yaml(
                    "envoy.yaml",
                    """
                    node: {id: a, cluster: c, metadata: {x: 1}}
                    static_resources:
                      clusters:
                      - name: one
                      - name: two
                    """);

    private static LoadResult<Bootstrap> merged(String overlay) {
        return Loading.bootstrap(
                LoadOptions.DEFAULT, FILE, ConfigSource.yaml("--config-yaml", overlay));
    }

    @Test
    void textOnTheCommandLineIsMergedAsProtobufMerges() {
        Bootstrap bootstrap =
                merged(
                                "node: {id: b, metadata: {y: 2}}\n"
                                        + "static_resources: {clusters: [{name: three}]}")
                        .message();
        assertThat(bootstrap.getNode().getId()).isEqualTo("b");
        assertThat(bootstrap.getNode().getCluster()).isEqualTo("c");
        assertThat(bootstrap.getNode().getMetadata().getFieldsMap()).containsOnlyKeys("x", "y");
        assertThat(bootstrap.getStaticResources().getClustersList().stream().map(Cluster::getName))
                .containsExactly("one", "two", "three");
    }

    @Test
    void eachProblemNamesItsSource() {
        LoadResult<Bootstrap> result =
                merged(
                        "node: {idd: b}\n"
                                + "static_resources: {clusters: [{name: three, track_cluster_stats:"
                                + " {}}]}");
        assertThat(result.text())
                .isEqualTo(
                        """
                        --config-yaml:1:8: error: unknown field `idd` in envoy.config.core.v3.Node; did you mean `id`?
                            at node.idd
                        --config-yaml:2:45: error: `track_cluster_stats` of envoy.config.cluster.v3.Cluster is part of Envoy's API but not supported by Nuncio yet
                            at static_resources.clusters[2].track_cluster_stats
                        """);
    }

    @Test
    void laterProblemsAreFoundInTheSourceThatDecides() {
        LoadResult<Bootstrap> result =
                merged("node: {id: b}\nstatic_resources: {clusters: [{name: three}]}");
        Problems problems = new Problems();
        problems.add("node.id", "x");
        problems.add("node.cluster", "x");
        problems.add("static_resources.clusters[1].name", "x");
        problems.add("static_resources.clusters[2].name", "x");
        problems.add("static_resources.clusters[3]", "x");
        assertThat(
                        result.locate(problems).stream()
                                .map(p -> p.file() + ":" + p.line() + ":" + p.column()))
                .containsExactly(
                        "--config-yaml:1:12",
                        "envoy.yaml:1:24",
                        "envoy.yaml:5:11",
                        "--config-yaml:2:38",
                        "--config-yaml:2:20");
    }

    @Test
    void aRuleMayBeSatisfiedByAnotherSource() {
        ConfigSource half =
                ConfigSource.yaml("a.yaml", "admin: {address: {socket_address: {address: a}}}");
        assertThat(Loading.bootstrap(LoadOptions.DEFAULT, half).text())
                .contains("`port_value`, `named_port` is required");
        assertThat(
                        Loading.bootstrap(
                                        LoadOptions.DEFAULT,
                                        half,
                                        ConfigSource.yaml(
                                                "b.yaml",
                                                "admin: {address: {socket_address: {port_value:"
                                                        + " 1}}}"))
                                .text())
                .isEmpty();
    }

    @Test
    void textProtobufHasPlacesToo() {
        ConfigSource text =
                Loading.source(
                        "a.pb_text",
                        """
                        node { id: "a" }
                        static_resources {
                          clusters { name: "one" }
                          clusters {
                            name: "" }
                          clusters { name: "three" track_cluster_stats {} }
                        }
                        """,
                        ConfigSource.Format.TEXT);
        assertThat(Loading.bootstrap(LoadOptions.DEFAULT, text).text())
                .isEqualTo(
                        """
                        a.pb_text:5:5: error: value length must be at least 1 characters
                            at static_resources.clusters[1].name
                        a.pb_text:6:28: error: `track_cluster_stats` of envoy.config.cluster.v3.Cluster is part of Envoy's API but not supported by Nuncio yet
                            at static_resources.clusters[2].track_cluster_stats
                        """);
    }

    @Test
    void textProtobufWithMistakesIsRefusedWithTheirPlaces() {
        assertThat(text("node { idd: \"a\" }").text())
                .startsWith("a.pb_text:1:8: error: ")
                .contains("idd");
        assertThat(text("node { id: \"a\"").text()).startsWith("a.pb_text:1:");
        assertThat(
                        text("\n"
                                        + "bootstrap_extensions { typed_config {\n"
                                        + " [type.googleapis.com/a.b.C] {} } }")
                                .text())
                .isEqualTo("a.pb_text:3:2: error: unknown type `a.b.C`\n");
    }

    @Test
    void textProtobufNamesExtensionsByTheirType() throws Exception {
        LoadResult<Bootstrap> result =
                text(
                        """
                        static_resources { listeners { name: "a"
                          address { socket_address { address: "0.0.0.0" port_value: 80 } }
                          filter_chains { filters { name: "x" typed_config {
                            [type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy] {
                              stat_prefix: "s" cluster: "c" } } } } } }
                        """);
        assertThat(result.text()).isEmpty();
        assertThat(
                        result.message()
                                .getStaticResources()
                                .getListeners(0)
                                .getFilterChains(0)
                                .getFilters(0)
                                .getTypedConfig()
                                .unpack(
                                        io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3
                                                .TcpProxy.class)
                                .getStatPrefix())
                .isEqualTo("s");
    }

    @Test
    void whatIsNoSerializedMessageIsRefused() {
        ConfigSource binary =
                new ConfigSource("a.pb", new byte[] {-1, -1, -1}, ConfigSource.Format.BINARY);
        assertThat(Loading.bootstrap(LoadOptions.DEFAULT, binary).text())
                .isEqualTo(
                        "a.pb: error: the file is not a serialized"
                                + " envoy.config.bootstrap.v3.Bootstrap\n");
    }

    @Test
    void unknownNumbersInASerializedMessageAreUnknownFields() {
        // Field 1000, a number.
        ConfigSource binary =
                new ConfigSource(
                        "a.pb", new byte[] {(byte) 0xc0, 0x3e, 5}, ConfigSource.Format.BINARY);
        assertThat(Loading.bootstrap(LoadOptions.DEFAULT, binary).text())
                .isEqualTo(
                        "a.pb: error: unknown field number 1000 in"
                                + " envoy.config.bootstrap.v3.Bootstrap\n");
        assertThat(Loading.bootstrap(LoadOptions.DEFAULT.withUnknownFieldsAllowed(), binary).ok())
                .isTrue();
    }

    private static LoadResult<Bootstrap> text(String text) {
        return Loading.bootstrap(
                LoadOptions.DEFAULT, Loading.source("a.pb_text", text, ConfigSource.Format.TEXT));
    }
}
