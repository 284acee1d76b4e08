package io.nuncio.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import com.google.protobuf.UInt32Value;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc;
import io.envoyproxy.envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.nuncio.spi.Calls;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.GrpcMethod;
import io.nuncio.spi.GrpcRequest;
import io.nuncio.spi.GrpcResult;
import io.nuncio.spi.GrpcStatus;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.ResponseHeaders;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// gRPC services that are given by a target and not by a cluster.
class GoogleGrpcTest {
    private static final String CLUSTER = "google_grpc.auth";
    private static final GrpcMethod<StringValue, StringValue> SAY =
            new GrpcMethod<>("nuncio.test.Talk", "Say", StringValue.parser());

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();
    private final Calls calls = context.calls(worker);
    private final List<String> told = new ArrayList<>();

    private static GrpcService.Builder service(String target) {
        var service = GrpcService.newBuilder();
        service.getGoogleGrpcBuilder().setTargetUri(target).setStatPrefix("auth");
        return service;
    }

    private Cluster cluster(GrpcService.Builder service) {
        context.grpcClient("grpc_service", service.build());
        assertThat(context.reported()).isEmpty();
        return context.platform().clusters().owned().get(CLUSTER);
    }

    private FakeUpstreamStream say(GrpcService.Builder service) {
        GrpcClient client = context.grpcClient("grpc_service", service.build());
        assertThat(context.reported()).isEmpty();
        calls.unary(
                GrpcRequest.of(client, SAY), StringValue.of("x"), result -> told.add(text(result)));
        return context.platform().clusters().get(CLUSTER).pool().stream();
    }

    private static String text(GrpcResult<StringValue> result) {
        return switch (result) {
            case GrpcResult.Message<StringValue>(StringValue message) -> message.getValue();
            case GrpcResult.Failure<StringValue>(GrpcStatus status) ->
                    status.code() + " " + status.message();
        };
    }

    private static Address address(Cluster cluster) {
        return cluster.getLoadAssignment()
                .getEndpoints(0)
                .getLbEndpoints(0)
                .getEndpoint()
                .getAddress();
    }

    @ParameterizedTest
    @CsvSource({
        "dns:///auth.example:50051, STRICT_DNS, auth.example, 50051",
        "dns:auth.example, STRICT_DNS, auth.example, 443",
        "auth.example:50051, STRICT_DNS, auth.example, 50051",
        "192.0.2.1:50051, STATIC, 192.0.2.1, 50051",
        "ipv4:192.0.2.1:50051, STATIC, 192.0.2.1, 50051",
        "ipv6:[2001:db8::1]:50051, STATIC, 2001:db8::1, 50051"
    })
    void theTargetBecomesAClusterOfItsOwn(String uri, String type, String host, int port) {
        Cluster cluster = cluster(service(uri));
        assertThat(cluster.getType().name()).isEqualTo(type);
        assertThat(address(cluster).getSocketAddress().getAddress()).isEqualTo(host);
        assertThat(address(cluster).getSocketAddress().getPortValue()).isEqualTo(port);
        assertThat(cluster.hasTransportSocket()).isFalse();
    }

    @Test
    void aTargetMayBeAUnixSocket() {
        assertThat(address(cluster(service("unix:///run/auth.sock"))).getPipe().getPath())
                .isEqualTo("/run/auth.sock");
        assertThat(say(service("unix:///run/auth.sock")).requestHeaders().authority())
                .isEqualTo("localhost");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xds:///auth",
                "ipv4:auth:1",
                "auth:0",
                "auth:x",
                "unix:",
                "ipv4:1.2.3.4:1,1.2.3.5:1"
            })
    void anotherKindOfTargetIsAProblem(String uri) {
        context.grpcClient("grpc_service", service(uri).build());
        assertThat(context.reported())
                .singleElement()
                .asString()
                .startsWith(
                        "grpc_service.google_grpc.target_uri: was `" + uri + "`, expected dns:");
        assertThat(context.platform().clusters().owned()).isEmpty();
    }

    @Test
    void theSameTargetIsOneClusterAndAnotherIsItsOwn() {
        cluster(service("a:1"));
        cluster(service("a:1"));
        cluster(service("b:1"));
        assertThat(context.platform().clusters().owned())
                .containsOnlyKeys("google_grpc.auth", "google_grpc.auth.2");
    }

    @Test
    void callsSayTheirTargetAndWhatTheServiceSays() {
        FakeUpstreamStream stream =
                say(
                        service("auth.example:50051")
                                .addInitialMetadata(
                                        HeaderValue.newBuilder().setKey("x-token").setValue("s3")));
        assertThat(stream.requestHeaders().authority()).isEqualTo("auth.example:50051");
        assertThat(stream.requestHeaders().path()).isEqualTo("/nuncio.test.Talk/Say");
        assertThat(stream.header("x-token")).isEqualTo("s3");
        assertThat(stream.header("x-envoy-internal")).isNull();
    }

    @Test
    void streamsAreCountedByStatus() {
        ResponseHeaders denied = ResponseHeaders.of(200);
        denied.setLong(HeaderName.GRPC_STATUS, 7);
        say(service("a:1")).respond(denied, true);
        assertThat(told).containsExactly("7 ");
        assertThat(context.counter("grpc.auth.streams_total")).isEqualTo(1);
        assertThat(context.counter("grpc.auth.streams_closed_7")).isEqualTo(1);
        assertThat(context.counter("grpc.auth.streams_closed_0")).isZero();
    }

    @Test
    void aTimeoutIsADeadline() {
        say(
                service("a:1")
                        .setTimeout(com.google.protobuf.Duration.newBuilder().setNanos(5_000_000)));
        worker.advance(Duration.ofMillis(5));
        assertThat(told).containsExactly("4 Deadline Exceeded");
        assertThat(context.counter("grpc.auth.streams_closed_4")).isEqualTo(1);
    }

    private static GrpcService.Builder encrypted(String target) {
        GrpcService.Builder service = service(target);
        service.getGoogleGrpcBuilder()
                .getChannelCredentialsBuilder()
                .getSslCredentialsBuilder()
                .getRootCertsBuilder()
                .setFilename("/ca.pem");
        return service;
    }

    private String tls(GrpcService.Builder service) throws InvalidProtocolBufferException {
        return cluster(service)
                .getTransportSocket()
                .getTypedConfig()
                .unpack(com.github.xds.type.v3.TypedStruct.class)
                .toString();
    }

    @Test
    void sslCredentialsAreTlsThatVerifiesTheTargetsName() throws Exception {
        assertThat(tls(encrypted("auth.example:1")))
                .contains("UpstreamTlsContext", "/ca.pem", "auto_sni_san_validation")
                .contains("\"auth.example\"")
                .doesNotContain("tls_certificates");
    }

    @Test
    void sslCredentialsMayHaveACertificateAndVerifyAnAddress() throws Exception {
        GrpcService.Builder service = encrypted("192.0.2.1:1");
        var credentials =
                service.getGoogleGrpcBuilder()
                        .getChannelCredentialsBuilder()
                        .getSslCredentialsBuilder();
        credentials.getCertChainBuilder().setFilename("/chain.pem");
        credentials.getPrivateKeyBuilder().setFilename("/key.pem");
        assertThat(tls(service))
                .contains("/chain.pem", "/key.pem", "IP_ADDRESS", "192.0.2.1")
                .doesNotContain("auto_sni_san_validation");
    }

    @Test
    void anAccessTokenIsSentOnEncryptedConnectionsOnly() {
        GrpcService.Builder service = encrypted("auth.example:1");
        service.getGoogleGrpcBuilder().addCallCredentialsBuilder().setAccessToken("t0ken");
        FakeUpstreamStream stream = say(service);
        assertThat(stream.header("authorization")).isEqualTo("Bearer t0ken");
        assertThat(stream.requestHeaders().scheme()).isEqualTo("https");

        service.getGoogleGrpcBuilder().clearChannelCredentials();
        context.grpcClient("grpc_service", service.build());
        assertThat(context.reported())
                .containsExactly(
                        "grpc_service.google_grpc.call_credentials[0].access_token: a token is sent"
                            + " on encrypted connections only; expected ssl_credentials, so that"
                            + " nobody else reads it");
    }

    @Test
    void localCredentialsAreForThisMachine() {
        GrpcService.Builder service = service("127.0.0.1:1");
        service.getGoogleGrpcBuilder().getChannelCredentialsBuilder().getLocalCredentialsBuilder();
        assertThat(cluster(service).hasTransportSocket()).isFalse();

        service.getGoogleGrpcBuilder().setTargetUri("192.0.2.1:1");
        context.grpcClient("grpc_service", service.build());
        assertThat(context.reported())
                .singleElement()
                .asString()
                .contains("channel_credentials.local_credentials", "192.0.2.1:1");
    }

    @Test
    void whatIsNotSupportedIsRefusedByItsName() {
        GrpcService.Builder service = service("a:1");
        GoogleGrpc.Builder google = service.getGoogleGrpcBuilder();
        google.getChannelCredentialsBuilder().setGoogleDefault(Empty.getDefaultInstance());
        google.addCallCredentialsBuilder().setGoogleRefreshToken("x");
        google.setCredentialsFactoryName("x")
                .setPerStreamBufferLimitBytes(UInt32Value.of(1))
                .getConfigBuilder();
        google.getChannelArgsBuilder().putArgs("grpc.odd", ChannelArgs.Value.getDefaultInstance());
        context.grpcClient("s", service.build());
        assertThat(context.reported())
                .containsExactly(
                        "s.google_grpc.credentials_factory_name: is not supported yet",
                        "s.google_grpc.config: is not supported yet",
                        "s.google_grpc.per_stream_buffer_limit_bytes: is not supported yet",
                        "s.google_grpc.channel_credentials.google_default: is not supported yet",
                        "s.google_grpc.channel_args.args.grpc.odd: is not supported yet",
                        "s.google_grpc.call_credentials[0].google_refresh_token: is not supported"
                                + " yet");
    }

    @Test
    void channelArgumentsThatMeanSomethingHereAreRead() throws Exception {
        GrpcService.Builder service = service("a:1");
        service.getGoogleGrpcBuilder()
                .getChannelArgsBuilder()
                .putArgs("grpc.default_authority", text("auth.example"))
                .putArgs("grpc.keepalive_time_ms", number(30_000))
                .putArgs("grpc.max_receive_message_length", number(4));
        FakeUpstreamStream stream = say(service);
        assertThat(stream.requestHeaders().authority()).isEqualTo("auth.example");
        HttpProtocolOptions options =
                context.platform()
                        .clusters()
                        .owned()
                        .get(CLUSTER)
                        .getTypedExtensionProtocolOptionsOrThrow(
                                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions")
                        .unpack(HttpProtocolOptions.class);
        assertThat(
                        options.getExplicitHttpConfig()
                                .getHttp2ProtocolOptions()
                                .getConnectionKeepalive()
                                .getInterval()
                                .getSeconds())
                .isEqualTo(30);
        stream.respond(ResponseHeaders.of(200), false);
        stream.data("\0\0\0\0\10abcdefgh", false);
        assertThat(told)
                .containsExactly("8 a message is longer than max_receive_message_length, 4 bytes");
    }

    private static ChannelArgs.Value text(String text) {
        return ChannelArgs.Value.newBuilder().setStringValue(text).build();
    }

    private static ChannelArgs.Value number(long number) {
        return ChannelArgs.Value.newBuilder().setIntValue(number).build();
    }
}
