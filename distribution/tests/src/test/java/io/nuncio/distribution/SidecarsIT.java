package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.HttpMessage;
import io.nuncio.testkit.RawClient;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/// Two services that call each other through their sidecars: two proxies in series, mutual TLS with
/// SPIFFE names between them.
class SidecarsIT {
    private static final String UUID =
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

    @TempDir private static Path folder;
    private static FakeUpstream serviceA;
    private static FakeUpstream serviceB;
    private static Sidecar sidecarA;
    private static Sidecar sidecarB;

    @BeforeAll
    static void start() throws Exception {
        TestCertificates authority = TestCertificates.authority("Mesh CA");
        serviceA = FakeUpstream.answering("from a");
        serviceB = FakeUpstream.answering("from b");
        sidecarA = Sidecar.start(folder.resolve("a"), authority, "a", serviceA.port(), "b");
        sidecarB = Sidecar.start(folder.resolve("b"), authority, "b", serviceB.port(), "a");
        sidecarA.meet(sidecarB);
        sidecarB.meet(sidecarA);
    }

    @AfterAll
    static void stop() {
        serviceA.close();
        serviceB.close();
        if (sidecarA != null) {
            sidecarA.close();
        }
        if (sidecarB != null) {
            sidecarB.close();
        }
    }

    /// What the service beside a sidecar gets as the answer to a request.
    private static HttpMessage call(Sidecar from, String path, String... headers) throws Exception {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nhost: peer\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        try (RawClient client = RawClient.connect(from.egress())) {
            return client.exchange(request + "\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void aServiceIsToldWhichServiceCalls(String caller) throws Exception {
        boolean forth = caller.equals("a");
        String called = forth ? "b" : "a";
        HttpMessage answer = call(forth ? sidecarA : sidecarB, "/");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.bodyText()).isEqualTo("from " + called);

        HttpMessage request = (forth ? serviceB : serviceA).takeRequest();
        assertThat(request.all("x-forwarded-client-cert"))
                .singleElement()
                .asString()
                .matches(
                        "By="
                                + Sidecar.id(called)
                                + ";Hash=[0-9a-f]{64};URI="
                                + Sidecar.id(caller));
        assertThat(request.header("x-forwarded-proto")).isEqualTo("https");
    }

    @Test
    void theSidecarsSpeakHttp2() throws Exception {
        assertThat(call(sidecarA, "/").status()).isEqualTo(200);
        serviceB.takeRequest();
        assertThat(sidecarA.stat("cluster.peer.upstream_cx_http2_total")).isPositive();
        assertThat(sidecarA.stat("cluster.peer.upstream_cx_http1_total")).isZero();
        assertThat(sidecarB.stat("http.ingress.downstream_cx_http2_total")).isPositive();
    }

    @Test
    void whatACallerMakesUpDoesNotGetThrough() throws Exception {
        HttpMessage answer =
                call(
                        sidecarA,
                        "/",
                        "x-forwarded-client-cert: By=spiffe://x;URI=spiffe://mesh.example/admin",
                        "x-envoy-internal: true",
                        "x-envoy-upstream-rq-timeout-ms: 1",
                        "x-envoy-retry-on: 5xx",
                        "x-envoy-max-retries: 9",
                        "x-envoy-original-path: /admin",
                        "x-envoy-decorator-operation: admin",
                        "x-envoy-downstream-service-cluster: admin",
                        "x-envoy-external-address: 192.0.2.9",
                        "x-envoy-force-trace: true",
                        "x-request-id: 00000000-0000-4000-8000-000000000000",
                        "x-forwarded-proto: ftp");
        assertThat(answer.status()).isEqualTo(200);

        HttpMessage request = serviceB.takeRequest();
        assertThat(request.header("x-forwarded-client-cert"))
                .contains("URI=" + Sidecar.id("a"))
                .doesNotContain("admin", "spiffe://x");
        for (String name :
                List.of(
                        "x-envoy-internal",
                        "x-envoy-upstream-rq-timeout-ms",
                        "x-envoy-retry-on",
                        "x-envoy-max-retries",
                        "x-envoy-original-path",
                        "x-envoy-decorator-operation",
                        "x-envoy-downstream-service-cluster",
                        "x-envoy-force-trace")) {
            assertThat(request.header(name)).as(name).isNull();
        }
        assertThat(request.header("x-envoy-external-address")).isEqualTo("127.0.0.1");
        assertThat(request.header("x-forwarded-proto")).isEqualTo("https");
        assertThat(request.header("x-request-id")).doesNotStartWith("00000000").matches(UUID);
    }

    @Test
    void theFirstSidecarNamesTheRequestAndTheSecondKeepsTheName() throws Exception {
        HttpMessage answer = call(sidecarA, "/");
        String id = serviceB.takeRequest().header("x-request-id");
        assertThat(id).matches(UUID);
        assertThat(answer.all("x-request-id")).containsExactly(id);
        assertThat(entry(sidecarA, "egress", id)).isEqualTo(id + " HTTP/1.1 200 - -");
        assertThat(entry(sidecarB, "ingress", id)).isEqualTo(id + " HTTP/2 200 - -");
    }

    /// The only entry of a log about that request.
    private static String entry(Sidecar sidecar, String log, String id) throws Exception {
        return sidecar.logged(log, line -> line.startsWith(id));
    }

    @Test
    void aStrangersNameIsRefusedAndBothSidesSayWhy() throws Exception {
        HttpMessage answer = call(sidecarA, "/impostor");
        assertThat(answer.status()).isEqualTo(503);
        String id = answer.header("x-request-id");
        assertThat(entry(sidecarA, "egress", id))
                .startsWith(id + " HTTP/1.1 503 UF ")
                .contains("TLS_error:|", "SSLV3_ALERT_CERTIFICATE_UNKNOWN");
        assertThat(sidecarB.logged("connections", line -> line.contains("TLS_error")))
                .contains("CERTIFICATE_VERIFY_FAILED", "spiffe://other.example/sa/a");
        assertThat(serviceB.waitingRequests()).isZero();
    }
}
