package io.nuncio.rbac;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.rbac.principals.mtls_authenticated.v3.Config;
import io.nuncio.spi.RbacCondition;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeTlsInfo;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.TestCertificates;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class MtlsAuthenticatedTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnection connection = new FakeConnection(new FakeWorker());

    private boolean matches(String yaml) {
        Config message = YamlMessages.of(Config.getDefaultInstance(), yaml);
        RbacCondition condition = new MtlsAuthenticated().configure(message, context);
        return condition.matches(connection::streamInfo);
    }

    private void verified() {
        var peer =
                TestCertificates.authority("ca")
                        .request("client")
                        .uri("spiffe://a/client")
                        .dns("*.b.example")
                        .email("me@a.example")
                        .ip((byte) 10, (byte) 0, (byte) 0, (byte) 1)
                        .issue();
        connection.info().tls(new FakeTlsInfo(peer.chain()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "URI | prefix: 'spiffe://a/' | true",
                "URI | exact: 'spiffe://a/other' | false",
                "DNS | exact: a.b.example | true",
                "DNS | exact: a.a.b.example | false",
                "DNS | suffix: .b.example | true",
                "EMAIL | exact: me@a.example | true",
                "IP_ADDRESS | exact: 10.0.0.1 | true",
                "URI | exact: me@a.example | false"
            })
    void aVerifiedPeerIsKnownByItsNames(String type, String matcher, boolean known) {
        String yaml = "san_matcher: {san_type: %s, matcher: {%s}}".formatted(type, matcher);
        boolean plaintext = matches(yaml);
        verified();

        assertThat(plaintext).isFalse();
        assertThat(matches(yaml)).isEqualTo(known);
    }

    @Test
    void anyVerifiedPeerMayDo() {
        String yaml = "any_validated_client_certificate: true";
        boolean plaintext = matches(yaml);
        connection.info().tls(new FakeTlsInfo(List.of()));
        boolean unverified = matches(yaml);
        verified();

        assertThat(plaintext).isFalse();
        assertThat(unverified).isFalse();
        assertThat(matches(yaml)).isTrue();
    }

    @Test
    void nothingToVerifyIsRefused() {
        matches("{}");
        matches("san_matcher: {san_type: OTHER_NAME, oid: '1.2.3', matcher: {exact: a}}");

        assertThat(context.reported())
                .containsExactly(
                        "envoy.rbac.principals.mtls_authenticated did not have any configured"
                                + " validation. At least one configuration field must be set.",
                        "san_matcher.san_type: was `OTHER_NAME`, expected EMAIL, DNS, URI or"
                                + " IP_ADDRESS");
    }
}
