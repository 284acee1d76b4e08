package io.nuncio.kernel.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Problems;
import io.nuncio.spi.TlsInfo;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/// What TLS operators print of a real certificate (`format/certificate.pem`, made with openssl).
class TlsOperatorsTest {
    private final Formats formats = new Formats(OperatorsTest.ENVIRONMENT);
    private final StreamFake stream = new StreamFake();
    private X509Certificate certificate;

    @BeforeEach
    void readCertificate() throws IOException, CertificateException {
        try (InputStream pem =
                TlsOperatorsTest.class.getResourceAsStream("/format/certificate.pem")) {
            certificate =
                    (X509Certificate)
                            CertificateFactory.getInstance("X.509").generateCertificate(pem);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    TLS_VERSION|TLSv1.3
                    TLS_CIPHER|TLS_AES_128_GCM_SHA256
                    TLS_SESSION_ID|deadbeef
                    PEER_SUBJECT|CN=Test Server,OU=Engineering,O=Acme,L=San Francisco,ST=California,C=US
                    PEER_ISSUER|CN=Test Server,OU=Engineering,O=Acme,L=San Francisco,ST=California,C=US
                    PEER_DNS_SAN|a.example,b.example
                    PEER_IP_SAN|10.0.0.1
                    PEER_URI_SAN|spiffe://acme/server
                    LOCAL_DNS_SAN|a.example,b.example
                    PEER_CERT_V_START(%b %e %H:%M:%S %Y)|Nov 21 03:30:34 2026
                    PEER_CERT_V_END(%b %e %H:%M:%S %Y)|Oct 28 03:30:34 2126
                    """)
    void printsTheSameOfBothSides(String operator, String value) {
        stream.downstream.tls = new Tls(List.of(certificate));
        stream.upstreamFake().connectionFake().tls = new Tls(List.of(certificate));
        assertThat(print("DOWNSTREAM_" + operator)).isEqualTo(value);
        assertThat(print("UPSTREAM_" + operator)).isEqualTo(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    DOWNSTREAM_PEER_EMAIL_SAN|ops@acme.example
                    DOWNSTREAM_LOCAL_SUBJECT|CN=Test Server,OU=Engineering,O=Acme,L=San Francisco,ST=California,C=US
                    DOWNSTREAM_PEER_SERIAL|b8b5ecc898f2124a
                    DOWNSTREAM_PEER_FINGERPRINT_256|dab6ad2afeb0291db1cd886b55dc727b8bbb80b4b9382f4850e41a7dae085b5b
                    DOWNSTREAM_PEER_FINGERPRINT_1|9573e5c7f15c243e9fb28c8209660492387a6186
                    DOWNSTREAM_PEER_CHAIN_SERIALS|b8b5ecc898f2124a,b8b5ecc898f2124a
                    """)
    void printsOfThePeerDownstream(String operator, String value) {
        stream.downstream.tls = new Tls(List.of(certificate, certificate));
        assertThat(print(operator)).isEqualTo(value);
    }

    @Test
    void theCertificateIsUrlEncodedPem() {
        stream.downstream.tls = new Tls(List.of(certificate));
        assertThat(print("DOWNSTREAM_PEER_CERT"))
                .startsWith("-----BEGIN%20CERTIFICATE-----%0AMII")
                .endsWith("-----END%20CERTIFICATE-----%0A");
    }

    @Test
    void aPeerWithoutCertificateAndAPlaintextConnectionHaveNoValues() {
        assertThat(print("DOWNSTREAM_TLS_VERSION")).isEqualTo("-");
        stream.downstream.tls = new Tls(List.of());
        assertThat(print("DOWNSTREAM_PEER_SUBJECT")).isEqualTo("-");
        assertThat(print("DOWNSTREAM_PEER_OTHERNAME_SAN")).isEqualTo("-");
        assertThat(print("DOWNSTREAM_PEER_CERT_V_START")).isEqualTo("-");
    }

    private String print(String operator) {
        Problems problems = new Problems();
        String text = formats.text("%" + operator + "%", problems).format(stream);
        assertThat(problems.all()).isEmpty();
        return text;
    }

    private record Tls(List<X509Certificate> certificates) implements TlsInfo {
        @Override
        public String version() {
            return "TLSv1.3";
        }

        @Override
        public String cipher() {
            return "TLS_AES_128_GCM_SHA256";
        }

        @Override
        public String sessionId() {
            return "deadbeef";
        }

        @Override
        public List<X509Certificate> peerCertificates() {
            return certificates;
        }

        @Override
        public List<X509Certificate> localCertificates() {
            return certificates;
        }

        @Override
        public boolean peerCertificateValidated() {
            return true;
        }
    }
}
