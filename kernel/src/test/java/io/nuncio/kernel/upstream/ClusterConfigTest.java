package io.nuncio.kernel.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.TextFormat;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.kernel.network.LocalAddresses;
import io.nuncio.kernel.network.SocketOption;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.CodecConfig;

import org.junit.jupiter.api.Test;

import java.util.List;

@SuppressWarnings("deprecation") // Envoy still reads the cluster's own HTTP options
class ClusterConfigTest {
    private static final long SECOND = 1_000_000_000L;

    private final Problems problems = new Problems();
    private final Cluster.Builder cluster = FakePlatform.cluster("c");

    private ClusterConfig config() {
        return ClusterConfig.from(cluster.build(), BindConfig.getDefaultInstance(), problems);
    }

    private ClusterConfig config(HttpProtocolOptions.Builder options) {
        cluster.putTypedExtensionProtocolOptions(HttpOptions.KEY, Any.pack(options.build()));
        return config();
    }

    @Test
    void theDefaultsAreEnvoys() {
        ClusterConfig config = config();
        assertThat(config.observabilityName()).isEqualTo("c");
        assertThat(config.connectTimeoutNanos()).isEqualTo(5 * SECOND);
        assertThat(config.perConnectionBufferLimit()).isEqualTo(1024 * 1024);
        assertThat(config.panicThreshold()).isEqualTo(50);
        assertThat(config.overprovisioningFactor()).isEqualTo(140);
        assertThat(config.weightedPriorityHealth()).isFalse();
        assertThat(config.closeOnHostSetChange()).isFalse();
        assertThat(config.maxRequestsPerConnection()).isZero();
        assertThat(config.idleTimeoutNanos()).isEqualTo(3600 * SECOND);
        assertThat(config.maxConnectionDurationNanos()).isZero();
        assertThat(config.connectOptions().local()).isEqualTo(LocalAddresses.ANY);
        assertThat(config.connectOptions().keepalive()).isNull();
        assertThat(config.connectOptions().bufferLimit()).isEqualTo(1024 * 1024);
        assertThat(problems.none()).isTrue();
    }

    @Test
    void everyFieldIsRead() {
        cluster.setAltStatName("other")
                .setConnectTimeout(Durations.fromMillis(250))
                .setPerConnectionBufferLimitBytes(UInt32Value.of(4096));
        cluster.getCommonLbConfigBuilder()
                .setCloseConnectionsOnHostSetChange(true)
                .getHealthyPanicThresholdBuilder()
                .setValue(33.3);
        cluster.getLoadAssignmentBuilder()
                .getPolicyBuilder()
                .setOverprovisioningFactor(UInt32Value.of(100))
                .setWeightedPriorityHealth(true);
        cluster.getMetadataBuilder()
                .putFilterMetadata("a", Struct.getDefaultInstance())
                .putTypedFilterMetadata("b", Any.pack(Struct.getDefaultInstance()));
        cluster.getUpstreamBindConfigBuilder()
                .getSourceAddressBuilder()
                .setAddress("127.0.0.2")
                .setPortValue(7);
        cluster.getUpstreamConnectionOptionsBuilder()
                .getTcpKeepaliveBuilder()
                .setKeepaliveProbes(UInt32Value.of(1))
                .setKeepaliveTime(UInt32Value.of(2))
                .setKeepaliveInterval(UInt32Value.of(3));

        ClusterConfig config = config();
        assertThat(config.observabilityName()).isEqualTo("other");
        assertThat(config.connectTimeoutNanos()).isEqualTo(SECOND / 4);
        assertThat(config.perConnectionBufferLimit()).isEqualTo(4096);
        assertThat(config.panicThreshold()).isEqualTo(33);
        assertThat(config.closeOnHostSetChange()).isTrue();
        assertThat(config.overprovisioningFactor()).isEqualTo(100);
        assertThat(config.weightedPriorityHealth()).isTrue();
        assertThat(config.metadata().getFilterMetadataMap()).containsKey("a");
        assertThat(config.metadata().getTypedFilterMetadataMap()).containsKey("b");
        assertThat(config.connectOptions().local().all())
                .extracting(LocalAddresses.Local::address)
                .hasToString("[127.0.0.2:7]");
        assertThat(config.connectOptions().keepalive())
                .isEqualTo(new ConnectOptions.Keepalive(1, 2, 3));
        assertThat(config.connectOptions().bufferLimit()).isEqualTo(4096);
    }

    @Test
    void httpOptionsComeFromTheExtensionOptions() {
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder()
                .getHttpProtocolOptionsBuilder()
                .setEnableTrailers(true);
        options.getCommonHttpProtocolOptionsBuilder()
                .setIdleTimeout(Durations.fromSeconds(0))
                .setMaxConnectionDuration(Durations.fromSeconds(9))
                .setMaxStreamDuration(Durations.fromSeconds(8))
                .setMaxRequestsPerConnection(UInt32Value.of(3));
        ClusterConfig config = config(options);

        assertThat(config.idleTimeoutNanos()).isZero();
        assertThat(config.maxConnectionDurationNanos()).isEqualTo(9 * SECOND);
        assertThat(config.maxStreamDurationNanos()).isEqualTo(8 * SECOND);
        assertThat(config.maxRequestsPerConnection()).isEqualTo(3);
        assertThat(config.http().http1().getEnableTrailers()).isTrue();
        assertThat(problems.none()).isTrue();
    }

    @Test
    void httpOptionsOfTheClusterItselfAreRead() {
        cluster.setMaxRequestsPerConnection(UInt32Value.of(4));
        cluster.getCommonHttpProtocolOptionsBuilder().setIdleTimeout(Durations.fromSeconds(2));
        cluster.getHttpProtocolOptionsBuilder().setEnableTrailers(true);
        ClusterConfig config = config();

        assertThat(config.maxRequestsPerConnection()).isEqualTo(4);
        assertThat(config.idleTimeoutNanos()).isEqualTo(2 * SECOND);
        assertThat(config.http().http1().getEnableTrailers()).isTrue();
    }

    @Test
    void theProtocolIsTheOneWithOptions() {
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder()
                .getHttp2ProtocolOptionsBuilder()
                .setMaxConcurrentStreams(UInt32Value.of(7));
        HttpOptions http = config(options).http();

        assertThat(http.choice()).isEqualTo(HttpOptions.Choice.HTTP2);
        assertThat(http.maxConcurrentStreams()).isEqualTo(7);
        assertThat(http.field(CodecConfig.Type.HTTP2))
                .isEqualTo(
                        "typed_extension_protocol_options[\""
                                + HttpOptions.KEY
                                + "\"].explicit_http_config.http2_protocol_options");
        assertThat(problems.none()).isTrue();
    }

    @Test
    void anHttp2ConnectionCarries1024StreamsByDefault() {
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder().getHttp2ProtocolOptionsBuilder();
        assertThat(config(options).http().maxConcurrentStreams()).isEqualTo(1024);
    }

    @Test
    void theDeprecatedFieldsPickTheProtocolToo() {
        assertThat(config().http().choice()).isEqualTo(HttpOptions.Choice.HTTP1);
        cluster.getHttp2ProtocolOptionsBuilder().setMaxConcurrentStreams(UInt32Value.of(7));
        assertThat(config().http().choice()).isEqualTo(HttpOptions.Choice.HTTP2);
        assertThat(config().http().maxConcurrentStreams()).isEqualTo(7);
        assertThat(config().http().field(CodecConfig.Type.HTTP2))
                .isEqualTo("http2_protocol_options");
        cluster.setProtocolSelection(Cluster.ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL);
        cluster.getHttpProtocolOptionsBuilder();
        assertThat(config().http().choice()).isEqualTo(HttpOptions.Choice.DOWNSTREAM);
        assertThat(problems.none()).isTrue();
    }

    @Test
    void twoProtocolsNeedASelection() {
        cluster.getHttp2ProtocolOptionsBuilder();
        cluster.getHttpProtocolOptionsBuilder();
        config();
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.message())
                                .contains(
                                        "Both HTTP1 and HTTP2 options may only be configured with"
                                                + " non-default 'protocol_selection' values"));
    }

    @Test
    void theLimitOfRequestsStandsInOnePlace() {
        cluster.setMaxRequestsPerConnection(UInt32Value.of(4));
        HttpProtocolOptions.Builder options = HttpProtocolOptions.newBuilder();
        options.getExplicitHttpConfigBuilder().getHttpProtocolOptionsBuilder();
        assertThat(config(options).maxRequestsPerConnection()).isEqualTo(4);
        assertThat(problems.none()).isTrue();
        options.getCommonHttpProtocolOptionsBuilder()
                .setMaxRequestsPerConnection(UInt32Value.of(3));
        config(options);
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path()).isEqualTo("max_requests_per_connection"));
    }

    @Test
    void optionsOfTheWrongTypeAreRefused() {
        cluster.putTypedExtensionProtocolOptions(
                HttpOptions.KEY, Any.pack(Struct.getDefaultInstance()));
        config();
        assertThat(problems.none()).isFalse();
    }

    @Test
    void theBootstrapsBindConfigIsTheDefault() {
        BindConfig.Builder bind = BindConfig.newBuilder();
        bind.getSourceAddressBuilder().setAddress("127.0.0.3");
        ClusterConfig config = ClusterConfig.from(cluster.build(), bind.build(), problems);
        assertThat(config.connectOptions().local().all())
                .extracting(LocalAddresses.Local::address)
                .hasToString("[127.0.0.3:0]");
    }

    @Test
    void aSourceAddressIsAnAddress() {
        cluster.getUpstreamBindConfigBuilder().getSourceAddressBuilder().setAddress("name");
        config();
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.path())
                                .isEqualTo("upstream_bind_config.source_address.address"));
    }

    @Test
    void aBufferLimitIsAnUnsignedNumber() {
        cluster.setPerConnectionBufferLimitBytes(UInt32Value.of(-1));
        assertThat(config().perConnectionBufferLimit()).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void theOlderLeastRequestOptionsAreThoseOfThePolicy() {
        cluster.getLeastRequestLbConfigBuilder()
                .setChoiceCount(UInt32Value.of(7))
                .getActiveRequestBiasBuilder()
                .setDefaultValue(2);
        LeastRequest policy = ClusterCompiler.leastRequest(cluster.getLeastRequestLbConfig());
        assertThat(policy.getChoiceCount().getValue()).isEqualTo(7);
        assertThat(policy.getActiveRequestBias().getDefaultValue()).isEqualTo(2);
    }

    private List<String> bound(String text) throws Exception {
        TextFormat.merge(text, cluster.getUpstreamBindConfigBuilder());
        LocalAddresses local = config().connectOptions().local();
        return problems.all().isEmpty()
                ? local.all().stream().map(Object::toString).toList()
                : problems.all().stream().map(Object::toString).toList();
    }

    private static final String V4 = "source_address { address: '127.0.0.2' port_value: 0 } ";

    private static String extra(String address, String options) {
        return "extra_source_addresses { address { address: '"
                + address
                + "' port_value: 0 } "
                + options
                + "} ";
    }

    @Test
    void sourceAddressesHaveSocketOptions() throws Exception {
        bound(
                V4
                        + "freebind { value: true } socket_options { level: 1 name: 2 int_value: 3"
                        + " }"
                        + extra("::1", ""));
        SocketOption three = SocketOption.of("", 1, 2, 3, SocketState.STATE_PREBIND);
        assertThat(problems.all()).isEmpty();
        assertThat(config().connectOptions().local().all())
                .extracting(LocalAddresses.Local::options)
                .containsExactly(
                        List.of(SocketOption.freebind(false), three),
                        List.of(SocketOption.freebind(true), three));
    }

    @Test
    void anExtraAddressMayHaveOptionsOfItsOwn() throws Exception {
        bound(
                V4
                        + "socket_options { level: 1 name: 2 int_value: 3 }"
                        + extra("::1", "socket_options {} "));
        assertThat(config().connectOptions().local().all().getLast().options()).isEmpty();
    }

    @Test
    void optionsNeedNoAddress() throws Exception {
        bound("socket_options { level: 1 name: 2 int_value: 3 }");
        assertThat(config().connectOptions().local().all())
                .singleElement()
                .satisfies(local -> {
                    assertThat(local.address()).isNull();
                    assertThat(local.options()).hasSize(1);
                });
    }

    @Test
    void addressesAreOneOfEachFamilyAtMost() throws Exception {
        assertThat(bound(V4 + extra("127.0.0.3", "")))
                .containsExactly(
                        "upstream_bind_config.extra_source_addresses: Cluster c's upstream binding"
                                + " config has two same IP version source addresses. Only two"
                                + " different IP version source addresses can be supported in"
                                + " BindConfig's source_address and"
                                + " extra_source_addresses/additional_source_addresses fields");
    }

    @Test
    void anExtraAddressNeedsAFirstOne() throws Exception {
        assertThat(bound(extra("127.0.0.3", "")))
                .containsExactly(
                        "upstream_bind_config.source_address: Cluster c's upstream binding config"
                                + " has extra/additional source addresses but no source_address."
                                + " Extra/additional addresses cannot be specified if"
                                + " source_address is not set.");
    }

    @Test
    void theOlderFieldOfExtraAddressesStillWorks() throws Exception {
        assertThat(bound(V4 + "additional_source_addresses { address: '::1' port_value:" + " 0 }"))
                .hasSize(2);
    }
}
