package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Calls that a stranger's filters make, over sockets: HTTP, and gRPC to a grpc-java server.
class CallsIT {
    private static final long PATIENCE_SECONDS = 20;

    @TempDir private static Path workshop;
    private static Path jar;

    @TempDir private Path folder;
    private FakeUpstream service;
    private FakeUpstream auth;
    private GrpcTalk talk;
    private GrpcTalk talkTls;
    private NuncioServer proxy;

    @BeforeAll
    static void build() throws Exception {
        jar = new StrangersBuild(workshop, "call-out").build();
    }

    @BeforeEach
    void start() throws Exception {
        service = FakeUpstream.answering("served");
        auth =
                FakeUpstream.start(peer -> {
                    while (true) {
                        HttpMessage question = peer.readRequest();
                        if (question.bodyText().equals("/slow")) {
                            peer.awaitClose();
                            return;
                        }
                        String status =
                                question.bodyText().equals("/secret")
                                        ? "401 Unauthorized"
                                        : "200 OK";
                        peer.send("HTTP/1.1 " + status + "\r\ncontent-length: 3\r\n\r\nann");
                    }
                });
        talk = GrpcTalk.start(0);
        TestCertificates authority = TestCertificates.authority("Test CA");
        talkTls = GrpcTalk.startTls(authority.issue("localhost"));
        Files.writeString(folder.resolve("ca.pem"), authority.pem());
        proxy = NuncioServer.start(bundles(), config("talk"), "--concurrency", "1");
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        talk.close();
        talkTls.close();
        auth.close();
        service.close();
    }

    private HttpMessage get(String listener, String path) {
        try (RawClient client = proxy.client(listener)) {
            return client.exchange("GET " + path + " HTTP/1.1\r\nhost: example\r\n\r\n");
        }
    }

    /// So that the time of a hasty call is not that of a connection.
    private void connectBy(String listener) throws InterruptedException {
        assertThat(get(listener, "/unary/hello").bodyText()).isEqualTo("you said hello");
        assertThat(noticed()).isEqualTo("hello");
    }

    private String noticed() throws InterruptedException {
        return talk.noticed.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void everyRequestIsAskedAbout() {
        HttpMessage response = get("asking", "/open");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.bodyText()).isEqualTo("served");
        assertThat(service.takeRequest().header("x-user")).isEqualTo("ann");
        assertThat(get("asking", "/secret").status()).isEqualTo(403);
        assertThat(auth.connections()).as("kept in the worker's pool").isEqualTo(1);
        assertThat(proxy.stat("cluster.auth.internal.upstream_rq_200")).isEqualTo(1);
        assertThat(proxy.stat("cluster.auth.internal.upstream_rq_401")).isEqualTo(1);
        assertThat(proxy.stat("http.async-client.rq_total")).isEqualTo(2);
    }

    @Test
    void aServiceThatDoesNotAnswerInTimeIsAFailure() {
        HttpMessage response = get("asking-in-haste", "/slow");
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.bodyText()).isEqualTo("TIMEOUT");
        assertThat(proxy.stat("cluster.auth.upstream_rq_timeout")).isEqualTo(1);
    }

    @Test
    void oneMessagePassesEachWay() {
        assertThat(get("talking", "/unary/hello").bodyText()).isEqualTo("you said hello");
        assertThat(proxy.stat("cluster.talk.upstream_rq_200")).isEqualTo(1);
    }

    @Test
    void manyMessagesPassEachWay() {
        assertThat(get("talking", "/stream/abc").bodyText()).isEqualTo("a,b,c,0");
    }

    @Test
    void aStatusOfTheServerPasses() {
        assertThat(get("talking", "/unary/fail").bodyText()).isEqualTo("7 go away");
    }

    @Test
    void aCallThatTakesTooLongIsCancelledAtTheServer() throws Exception {
        connectBy("talking");
        assertThat(get("hasty", "/unary/wait").bodyText()).isEqualTo("14 upstream request timeout");
        assertThat(noticed()).isEqualTo("wait");
        assertThat(noticed()).isEqualTo("cancelled");
    }

    @Test
    void aCallEndsWithTheStreamThatMadeIt() throws Exception {
        try (RawClient client = proxy.client("talking")) {
            client.send("GET /unary/wait HTTP/1.1\r\nhost: example\r\n\r\n");
            assertThat(noticed()).isEqualTo("wait");
        }
        assertThat(noticed()).isEqualTo("cancelled");
        proxy.awaitStat("cluster.talk.upstream_rq_active", 0);
    }

    @Test
    void anUnavailableServerIsTriedAgain() {
        talk.unavailable.set(2);

        assertThat(get("talking", "/unary/hello").bodyText()).isEqualTo("you said hello");
        assertThat(proxy.stat("cluster.talk.upstream_rq_retry")).isEqualTo(2);
        assertThat(proxy.stat("cluster.talk.upstream_rq_retry_success")).isEqualTo(1);
    }

    @Test
    void aServerThatIsKilledInTheMiddleOfACallIsTriedAgainWhereItComesBack() throws Exception {
        int port = talk.port();
        try (RawClient client = proxy.client("stubborn")) {
            client.send("GET /unary/wait HTTP/1.1\r\nhost: example\r\n\r\n");
            assertThat(noticed()).isEqualTo("wait");

            talk.close();
            proxy.awaitStat("cluster.talk.upstream_rq_retry", count -> count > 0, "a retry");
            talk = GrpcTalk.startAnsweringAll(port);
            assertThat(noticed()).as("asked again").isEqualTo("wait");
            assertThat(client.readResponse().bodyText()).isEqualTo("you said wait");
        }
    }

    @Test
    void aServerThatIsKilledAndStaysAwayIsUnavailable() throws Exception {
        try (RawClient client = proxy.client("talking")) {
            client.send("GET /unary/wait HTTP/1.1\r\nhost: example\r\n\r\n");
            assertThat(noticed()).isEqualTo("wait");

            talk.close();

            assertThat(client.readResponse().bodyText())
                    .startsWith("14 upstream connect error or disconnect/reset before headers.")
                    .contains("remote connection failure");
        }
        assertThat(proxy.stat("cluster.talk.upstream_rq_retry_limit_exceeded")).isEqualTo(1);
    }

    // Services that are no clusters of the configuration.

    @Test
    void messagesPassToATargetWithoutACluster() {
        assertThat(get("direct", "/unary/hello").bodyText()).isEqualTo("you said hello");
        assertThat(get("direct", "/stream/abc").bodyText()).isEqualTo("a,b,c,0");
        assertThat(get("direct", "/unary/fail").bodyText()).isEqualTo("7 go away");
        assertThat(proxy.stat("grpc.talk.streams_total")).isEqualTo(3);
        assertThat(proxy.stat("grpc.talk.streams_closed_0")).isEqualTo(2);
        assertThat(proxy.stat("grpc.talk.streams_closed_7")).isEqualTo(1);
    }

    @Test
    void messagesPassToATargetOnTls() {
        assertThat(get("encrypted", "/unary/hello").bodyText()).isEqualTo("you said hello");
        assertThat(get("encrypted", "/stream/abc").bodyText()).isEqualTo("a,b,c,0");
        assertThat(proxy.stat("grpc.talk_tls.streams_closed_0")).isEqualTo(2);
        assertThat(proxy.stat("cluster.google_grpc.talk_tls.ssl.handshake")).isEqualTo(1);
    }

    @Test
    void aCallToATargetThatTakesTooLongHasPassedItsDeadline() throws Exception {
        connectBy("direct");
        assertThat(get("direct-in-haste", "/unary/wait").bodyText())
                .isEqualTo("4 Deadline Exceeded");
        assertThat(noticed()).isEqualTo("wait");
        assertThat(noticed()).isEqualTo("cancelled");
    }

    @Test
    void aTargetThatIsKilledInTheMiddleOfACallIsTriedAgain() throws Exception {
        int port = talk.port();
        try (RawClient client = proxy.client("direct")) {
            client.send("GET /unary/wait HTTP/1.1\r\nhost: example\r\n\r\n");
            assertThat(noticed()).isEqualTo("wait");

            talk.close();
            proxy.awaitStat("cluster.google_grpc.talk.upstream_rq_retry", n -> n > 0, "a retry");
            talk = GrpcTalk.startAnsweringAll(port);
            assertThat(noticed()).as("asked again").isEqualTo("wait");
            assertThat(client.readResponse().bodyText()).isEqualTo("you said wait");
        }
    }

    @Test
    void aClusterThatIsNotThereIsRefusedAtTheStart() {
        assertThatThrownBy(() ->
                        NuncioServer.start(folder.resolve("bundles"), config("nobody")).close())
                .hasMessageContaining("unknown cluster `nobody`");
    }

    private Path bundles() throws IOException {
        Path bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        Files.copy(jar, bundles.resolve("call-out.jar"));
        return bundles;
    }

    private String config(String talkCluster) {
        return """
        static_resources:
          listeners:
        %s
        %s
        %s
        %s
        %s
        %s
        %s
        %s
          clusters:
        %s
        %s
        %s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: { http2_protocol_options: {} }
        """
                .formatted(
                        listener("asking", "CallOut", "{ cluster: auth, timeout_ms: 20000 }"),
                        listener(
                                "asking-in-haste", "CallOut", "{ cluster: auth, timeout_ms: 300 }"),
                        listener(
                                "talking",
                                "TalkOut",
                                "{ cluster: "
                                        + talkCluster
                                        + ", retry_on: 'unavailable,reset,connect-failure',"
                                        + " retries: 2 }"),
                        listener("hasty", "TalkOut", "{ cluster: talk, timeout_ms: 1000 }"),
                        listener(
                                "stubborn",
                                "TalkOut",
                                "{ cluster: talk, timeout_ms: 20000, retries: 10000,"
                                        + " retry_on: 'reset,connect-failure' }"),
                        listener("direct", "TalkOut", direct(20_000)),
                        listener("direct-in-haste", "TalkOut", direct(1_000)),
                        listener(
                                "encrypted",
                                "TalkOut",
                                "{ target: 'dns:///localhost:"
                                        + talkTls.port()
                                        + "', root_certs: "
                                        + folder.resolve("ca.pem")
                                        + " }"),
                        cluster("service", service.port()),
                        cluster("auth", auth.port()),
                        cluster("talk", talk.port()));
    }

    private String direct(int timeoutMillis) {
        return "{ target: 'ipv4:127.0.0.1:%d', timeout_ms: %d, retries: 10000, retry_on: 'reset,connect-failure' }"
                .formatted(talk.port(), timeoutMillis);
    }

    private static String listener(String name, String filter, String value) {
        return """
          - name: %s
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: t
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: { prefix: "/" }
                        route: { cluster: service }
                  http_filters:
                  - name: stranger
                    typed_config:
                      "@type": type.googleapis.com/xds.type.v3.TypedStruct
                      type_url: type.googleapis.com/com.example.%s
                      value: %s
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """
                .formatted(name, filter, value)
                .stripTrailing();
    }

    private static String cluster(String name, int port) {
        return """
          - name: %s
            load_assignment:
              cluster_name: %s
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(name, name, port)
                .stripTrailing();
    }
}
