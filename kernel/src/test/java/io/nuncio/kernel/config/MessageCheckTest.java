package io.nuncio.kernel.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.UnknownFieldSet;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The checks on messages that came over xDS rather than from a text.
class MessageCheckTest {
    private static final FieldTable TCP_PROXY =
            FieldTable.parse(
                    "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy\n"
                            + "  stat_prefix T\n"
                            + "  cluster T\n",
                    "test");

    private static final String WAY_TO_FILTERS =
            """
            envoy.config.listener.v3.Listener
              filter_chains T
            envoy.config.listener.v3.FilterChain
              filters T
            envoy.config.listener.v3.Filter
              typed_config T
            """;

    private final FakeExtensions index =
            new FakeExtensions()
                    .installed(
                            "envoy.filters.network",
                            "envoy.filters.network.tcp_proxy",
                            "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                            TCP_PROXY)
                    .installed(
                            "envoy.filters.http",
                            "envoy.filters.http.router",
                            "envoy.extensions.filters.http.router.v3.Router")
                    .installed(
                            "envoy.filters.network",
                            "com.acme.thing",
                            "com.acme.Thing",
                            FieldTable.EMPTY);

    private List<String> check(com.google.protobuf.Message message, FieldTable kernel) {
        List<String> found = new ArrayList<>();
        new MessageCheck(new Types(), index, kernel)
                .check(message, (kind, path, text) -> found.add(kind + " " + path + ": " + text));
        return found;
    }

    private List<String> check(com.google.protobuf.Message message) {
        return check(message, FieldTable.EVERYTHING);
    }

    private static Listener listener(Filter.Builder filter) {
        return Listener.newBuilder()
                .addFilterChains(FilterChain.newBuilder().addFilters(filter))
                .build();
    }

    @Test
    void fieldsInsideAnExtensionAreLookedUpInItsOwnTableFirst() {
        FieldTable kernel = FieldTable.parse(WAY_TO_FILTERS, "kernel");
        TcpProxy proxy =
                TcpProxy.newBuilder()
                        .setStatPrefix("s")
                        .setCluster("c")
                        .setMaxConnectAttempts(com.google.protobuf.UInt32Value.of(3))
                        .build();
        assertThat(
                        check(
                                listener(
                                        Filter.newBuilder()
                                                .setName("x")
                                                .setTypedConfig(Any.pack(proxy))),
                                kernel))
                .containsExactly(
                        "UNSUPPORTED filter_chains[0].filters[0].name: `name` of"
                                + " envoy.config.listener.v3.Filter is part of Envoy's API but not"
                                + " supported by Nuncio yet",
                        "UNSUPPORTED"
                            + " filter_chains[0].filters[0].typed_config<TcpProxy>.max_connect_attempts:"
                            + " `max_connect_attempts` of"
                            + " envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy is part of"
                            + " Envoy's API but not supported by Nuncio yet");
    }

    @Test
    void aMessageOfABundlesOwnNeedsNoTableOfFields() throws Exception {
        DynamicMessage thing = thing("a value");
        MessageTypes types =
                name ->
                        name.equals("com.acme.Thing")
                                ? thing.getDefaultInstanceForType()
                                : new Types().find(name);
        List<String> found = new ArrayList<>();

        new MessageCheck(types, index, FieldTable.parse(WAY_TO_FILTERS, "kernel"))
                .check(
                        listener(Filter.newBuilder().setTypedConfig(Any.pack(thing))),
                        (_, path, text) -> found.add(path + ": " + text));

        assertThat(found).isEmpty();
    }

    private static DynamicMessage thing(String value) throws DescriptorValidationException {
        var field =
                FieldDescriptorProto.newBuilder()
                        .setName("own_field")
                        .setNumber(1)
                        .setType(FieldDescriptorProto.Type.TYPE_STRING);
        var file =
                FileDescriptorProto.newBuilder()
                        .setName("thing.proto")
                        .setPackage("com.acme")
                        .addMessageType(
                                DescriptorProto.newBuilder().setName("Thing").addField(field))
                        .build();
        var type =
                FileDescriptor.buildFrom(file, new FileDescriptor[0])
                        .findMessageTypeByName("Thing");
        return DynamicMessage.newBuilder(type)
                .setField(type.findFieldByName("own_field"), value)
                .build();
    }

    @Test
    void fieldsAtTheirDefaultAreNotSet() {
        assertThat(check(Cluster.newBuilder().setLbPolicyValue(0).build(), FieldTable.EMPTY))
                .isEmpty();
    }

    @Test
    void anExtensionIsFoundByTypeWhateverItsName() {
        assertThat(
                        check(
                                listener(
                                        Filter.newBuilder()
                                                .setName("x")
                                                .setTypedConfig(
                                                        Any.pack(TcpProxy.getDefaultInstance())))))
                .isEmpty();
        assertThat(
                        check(
                                listener(
                                        Filter.newBuilder()
                                                .setName("x")
                                                .setTypedConfig(
                                                        Any.pack(Router.getDefaultInstance())))))
                .hasSize(1)
                .first()
                .asString()
                .startsWith(
                        "EXTENSION filter_chains[0].filters[0].typed_config.@type:"
                                + " `envoy.extensions.filters.http.router.v3.Router`")
                .endsWith(
                        "configures an extension of envoy.filters.http; here one of"
                                + " envoy.filters.network is expected");
    }

    @Test
    void theNameDecidesWhereTheTypeIsMissingOrAStruct() {
        Any struct = Any.pack(com.google.protobuf.Struct.getDefaultInstance());
        assertThat(check(listener(Filter.newBuilder().setName("envoy.filters.network.tcp_proxy"))))
                .isEmpty();
        assertThat(
                        check(
                                listener(
                                        Filter.newBuilder()
                                                .setName("envoy.filters.network.tcp_proxy")
                                                .setTypedConfig(struct))))
                .isEmpty();
        assertThat(check(listener(Filter.newBuilder().setName("other").setTypedConfig(struct))))
                .containsExactly(
                        "EXTENSION filter_chains[0].filters[0].typed_config: no extension of"
                                + " envoy.filters.network is called `other`");
    }

    @Test
    void aTypedStructFindsAnExtensionWhoseTypeIsNoMessage() {
        assertThat(typedStruct("com.acme.Thing", "any name")).isEmpty();
        assertThat(typedStruct("com.acme.Unknown", "com.acme.thing")).isEmpty();
        assertThat(typedStruct("com.acme.Unknown", "any name"))
                .hasSize(1)
                .first()
                .asString()
                .endsWith("unknown type `com.acme.Unknown`");
    }

    private List<String> typedStruct(String type, String name) {
        var struct =
                com.github.xds.type.v3.TypedStruct.newBuilder()
                        .setTypeUrl("type.googleapis.com/" + type)
                        .build();
        return check(listener(Filter.newBuilder().setName(name).setTypedConfig(Any.pack(struct))));
    }

    @Test
    void aConfigurationPerRouteMayBeWrapped() {
        Route route =
                Route.newBuilder()
                        .putTypedPerFilterConfig(
                                "r",
                                Any.pack(
                                        FilterConfig.newBuilder()
                                                .setConfig(Any.pack(Router.getDefaultInstance()))
                                                .build()))
                        .putTypedPerFilterConfig("t", Any.pack(TcpProxy.getDefaultInstance()))
                        .putTypedPerFilterConfig(
                                "o",
                                Any.pack(
                                        FilterConfig.newBuilder()
                                                .setIsOptional(true)
                                                .setConfig(Any.pack(TcpProxy.getDefaultInstance()))
                                                .build()))
                        .build();
        assertThat(check(route))
                .satisfiesExactlyInAnyOrder(
                        one ->
                                assertThat(one)
                                        .startsWith(
                                                "EXTENSION typed_per_filter_config[\"t\"].@type"),
                        one ->
                                assertThat(one)
                                        .startsWith(
                                                "OPTIONAL_EXTENSION"
                                                    + " typed_per_filter_config[\"o\"]<FilterConfig>.config.@type"));
    }

    @Test
    void transportSocketsAreExpectedWhereTheyAreUsed() {
        index.installed(
                "envoy.transport_sockets.downstream",
                "envoy.transport_sockets.raw_buffer",
                "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer");
        TransportSocket socket =
                TransportSocket.newBuilder()
                        .setName("x")
                        .setTypedConfig(Any.pack(RawBuffer.getDefaultInstance()))
                        .build();
        assertThat(
                        check(
                                Listener.newBuilder()
                                        .addFilterChains(
                                                FilterChain.newBuilder().setTransportSocket(socket))
                                        .build()))
                .isEmpty();
        assertThat(check(Cluster.newBuilder().setTransportSocket(socket).build()))
                .hasSize(1)
                .first()
                .asString()
                .endsWith("here one of envoy.transport_sockets.upstream is expected");
        assertThat(
                        check(
                                Cluster.newBuilder()
                                        .setTransportSocket(
                                                TransportSocket.newBuilder().setName("y"))
                                        .build()))
                .containsExactly(
                        "EXTENSION transport_socket: no extension of"
                                + " envoy.transport_sockets.upstream is called `y`");
    }

    @Test
    void metadataInAnyIsNoExtension() {
        Cluster cluster =
                Cluster.newBuilder()
                        .setMetadata(
                                io.envoyproxy.envoy.config.core.v3.Metadata.newBuilder()
                                        .putTypedFilterMetadata(
                                                "a", Any.pack(TcpProxy.getDefaultInstance())))
                        .build();
        assertThat(check(cluster)).isEmpty();
    }

    @Test
    void anAnyWhoseBytesAreNotOfItsTypeIsFound() {
        Any broken =
                Any.newBuilder()
                        .setTypeUrl(
                                "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy")
                        .setValue(com.google.protobuf.ByteString.copyFromUtf8("\nP"))
                        .build();
        assertThat(check(listener(Filter.newBuilder().setName("x").setTypedConfig(broken))))
                .containsExactly(
                        "EXTENSION filter_chains[0].filters[0].typed_config: the bytes are not a"
                                + " serialized"
                                + " `envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy`");
    }

    @Test
    void unknownFieldNumbersAreFoundAtTheirMessage() {
        UnknownFieldSet unknown =
                UnknownFieldSet.newBuilder()
                        .addField(1000, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build();
        Listener listener =
                Listener.newBuilder()
                        .addFilterChains(FilterChain.newBuilder().setUnknownFields(unknown))
                        .build();
        assertThat(check(listener))
                .containsExactly(
                        "UNKNOWN_FIELD filter_chains[0]: unknown field number 1000 in"
                                + " envoy.config.listener.v3.FilterChain");
    }

    @Test
    void aDeprecatedFieldThatEnvoyRefusesNeedsARuntimeKey() {
        String listener =
                """
                static_resources:
                  listeners:
                  - name: a
                    address: {socket_address: {address: 0.0.0.0, port_value: 80}}
                    filter_chains:
                    - filters:
                      - name: hcm
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                          stat_prefix: x
                          route_config:
                            virtual_hosts:
                            - name: v
                              domains: ["*"]
                              rate_limits:
                                actions:
                                - dynamic_metadata: {descriptor_key: k, metadata_key: {key: k, path: [{key: p}]}}
                """;
        LoadResult<Bootstrap> refused = Loading.bootstrap(listener);
        assertThat(refused.errors()).hasSize(1);
        assertThat(refused.errors().get(0).message())
                .isEqualTo(
                        "`dynamic_metadata` is deprecated and refused unless the runtime key"
                            + " `envoy.deprecated_features:envoy.config.route.v3.RateLimit.Action.dynamic_metadata`"
                            + " is true");
        assertThat(refused.deprecatedUses()).isEqualTo(1);
        String layers = "layered_runtime: {layers: [{name: s, static_layer: {%s: true}}]}\n";
        LoadResult<Bootstrap> one =
                Loading.bootstrap(
                        layers.formatted(
                                        "'envoy.deprecated_features:envoy.config.route.v3.RateLimit.Action.dynamic_metadata'")
                                + listener);
        assertThat(one.ok()).isTrue();
        assertThat(one.warnings()).hasSize(1);
        assertThat(
                        Loading.bootstrap(
                                        layers.formatted(
                                                        "envoy.features.enable_all_deprecated_features")
                                                + listener)
                                .ok())
                .isTrue();
    }
}
