package io.nuncio.network.httpconnectionmanager;

import static io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails.ALWAYS_FORWARD_ONLY;
import static io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails.APPEND_FORWARD;
import static io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails.FORWARD_ONLY;
import static io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails.SANITIZE;
import static io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails.SANITIZE_SET;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BoolValue;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.TlsInfo;
import io.nuncio.testkit.FakeTlsInfo;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.TestCertificates.Identity;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.util.List;

class ClientCertificateRulesTest {
    /// What a hop before said.
    private static final String EARLIER = "By=test://foo.com/fe;URI=test://bar.com/be";

    private final TestCertificates authority = TestCertificates.authority("CA");
    private final Identity proxy = authority.request("proxy").uri("test://foo.com/be").issue();
    private final Identity client =
            authority
                    .request("client")
                    .uri("test://foo.com/fe")
                    .dns("www.example.com")
                    .dns("example.com")
                    .issue();
    private final SetCurrentClientCertDetails.Builder details =
            SetCurrentClientCertDetails.newBuilder();
    private final RequestHeaders headers = new RequestHeaders();

    private @Nullable String header(ForwardClientCertDetails forward, @Nullable TlsInfo tls) {
        ClientCertificateRules rules =
                ClientCertificateRules.from(
                        HttpConnectionManager.newBuilder()
                                .setForwardClientCertDetails(forward)
                                .setSetCurrentClientCertDetails(details)
                                .build());
        rules.apply(headers, rules.element(tls));
        assertThat(headers.getAll(HeaderName.X_FORWARDED_CLIENT_CERT)).hasSizeLessThan(2);
        return headers.get(HeaderName.X_FORWARDED_CLIENT_CERT);
    }

    private void arrivesWith(String value) {
        headers.add(HeaderName.X_FORWARDED_CLIENT_CERT, value);
    }

    private FakeTlsInfo mutual(Identity peer) {
        return new FakeTlsInfo(peer.chain(), proxy.chain(), true);
    }

    private static String hash(Identity identity) {
        try {
            return TestCertificates.sha256(identity.certificate().getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SANITIZE", "FORWARD_ONLY", "APPEND_FORWARD", "SANITIZE_SET"})
    void onAConnectionWithoutACertificateOfTheClientItIsRemoved(ForwardClientCertDetails forward) {
        arrivesWith(EARLIER);
        assertThat(header(forward, null)).isNull();
        arrivesWith(EARLIER);
        assertThat(header(forward, new FakeTlsInfo(List.of(), proxy.chain(), false))).isNull();
    }

    @Test
    void sanitizeRemovesIt() {
        arrivesWith(EARLIER);
        assertThat(header(SANITIZE, mutual(client))).isNull();
    }

    @Test
    void forwardOnlyLeavesItAsItIs() {
        arrivesWith(EARLIER);
        details.setUri(true);
        assertThat(header(FORWARD_ONLY, mutual(client))).isEqualTo(EARLIER);
    }

    @Test
    void forwardOnlyAddsNone() {
        assertThat(header(FORWARD_ONLY, mutual(client))).isNull();
    }

    @Test
    void alwaysForwardOnlyLeavesItWithoutTls() {
        arrivesWith(EARLIER);
        assertThat(header(ALWAYS_FORWARD_ONLY, null)).isEqualTo(EARLIER);
    }

    @Test
    void appendForwardAddsWhatThisProxyKnows() {
        arrivesWith(EARLIER);
        details.setUri(true).setDns(true);
        assertThat(header(APPEND_FORWARD, mutual(client)))
                .isEqualTo(
                        EARLIER
                                + ",By=test://foo.com/be;Hash="
                                + hash(client)
                                + ";URI=test://foo.com/fe;DNS=www.example.com;DNS=example.com");
    }

    @Test
    void appendForwardBeginsTheHeaderIfThereIsNone() {
        assertThat(header(APPEND_FORWARD, mutual(client)))
                .isEqualTo("By=test://foo.com/be;Hash=" + hash(client));
    }

    @Test
    void appendForwardJoinsSeveralHeadersAndStandsLast() {
        arrivesWith("By=a");
        arrivesWith("By=b");
        assertThat(header(APPEND_FORWARD, mutual(client)))
                .isEqualTo("By=a,By=b,By=test://foo.com/be;Hash=" + hash(client));
    }

    @Test
    void sanitizeSetReplacesWhatCame() {
        arrivesWith(EARLIER);
        arrivesWith("URI=spiffe://forged");
        assertThat(header(SANITIZE_SET, mutual(client)))
                .isEqualTo("By=test://foo.com/be;Hash=" + hash(client));
    }

    @Test
    void aCertificateNeedNotHaveBeenValidated() {
        assertThat(header(SANITIZE_SET, new FakeTlsInfo(client.chain(), proxy.chain(), false)))
                .isEqualTo("By=test://foo.com/be;Hash=" + hash(client));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    true |false|false|;Subject="CN=client"
                    false|true |false|;URI=test://foo.com/fe
                    false|false|true |;DNS=www.example.com;DNS=example.com
                    true |true |true |;Subject="CN=client";URI=test://foo.com/fe;DNS=www.example.com;DNS=example.com
                    """)
    void whatIsSaidIsConfigured(boolean subject, boolean uri, boolean dns, String expected) {
        details.setSubject(BoolValue.of(subject)).setUri(uri).setDns(dns);
        assertThat(header(SANITIZE_SET, mutual(client)))
                .isEqualTo("By=test://foo.com/be;Hash=" + hash(client) + expected);
    }

    @Test
    void certificatesAreUrlEncodedPem() {
        TestCertificates below = authority.intermediate("Intermediate");
        Identity deep = below.issue("deep.example");
        details.setCert(true).setChain(true).setSubject(BoolValue.of(true));
        String value = header(SANITIZE_SET, mutual(deep));
        assertThat(value)
                .matches(
                        "By=test://foo.com/be;Hash=[0-9a-f]{64};Cert=\"[A-Za-z0-9.%-]+\""
                                + ";Chain=\"[A-Za-z0-9.%-]+\";Subject=\"CN=deep.example\"");
        String[] quoted = value.split("\"");
        assertThat(URLDecoder.decode(quoted[1], StandardCharsets.UTF_8))
                .isEqualTo(new Identity(List.of(deep.certificate()), deep.key()).certificatePem());
        assertThat(URLDecoder.decode(quoted[3], StandardCharsets.UTF_8))
                .isEqualTo(deep.certificatePem());
    }

    @Test
    void severalUrisAreSaidOnBothSides() {
        Identity two = authority.request("two").uri("test://a").uri("test://b").issue();
        details.setUri(true);
        assertThat(header(SANITIZE_SET, new FakeTlsInfo(two.chain(), two.chain(), true)))
                .isEqualTo(
                        "By=test://a;By=test://b;Hash=" + hash(two) + ";URI=test://a;URI=test://b");
    }

    @Test
    void withoutNamesUriIsEmptyAndTheOthersAreLeftOut() {
        Identity nameless = authority.request("nameless").issue();
        details.setUri(true).setDns(true);
        assertThat(header(SANITIZE_SET, new FakeTlsInfo(nameless.chain(), nameless.chain(), true)))
                .isEqualTo("Hash=" + hash(nameless) + ";URI=");
    }

    @Test
    void aNameThatWouldReadAsMoreThanItselfIsQuoted() {
        Identity sly = authority.request("sly").uri("test://a;URI=test://b,By=c").issue();
        details.setUri(true);
        assertThat(header(SANITIZE_SET, mutual(sly)))
                .endsWith(";URI=\"test://a;URI=test://b,By=c\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nx: y", "a,\\", "a\"b", "a b"})
    void aNameThatNoQuotingMakesSafeIsLeftOut(String name) {
        Identity sly = authority.request("sly").dns(name).dns("good.example").issue();
        details.setDns(true);
        assertThat(header(SANITIZE_SET, mutual(sly)))
                .isEqualTo("By=test://foo.com/be;Hash=" + hash(sly) + ";DNS=good.example");
    }
}
