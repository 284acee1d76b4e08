package io.nuncio.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.FilterStateInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.DnsSanInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.SubjectInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput;
import io.nuncio.spi.MatchInput;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeTlsInfo;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.TestCertificates;

import org.junit.jupiter.api.Test;

import java.util.List;

class PeerInputsTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnection connection = new FakeConnection(new FakeWorker());
    private final MatchInput uris =
            new PeerInputs.UriSan().configure(UriSanInput.getDefaultInstance(), context);
    private final MatchInput names =
            new PeerInputs.DnsSan().configure(DnsSanInput.getDefaultInstance(), context);
    private final MatchInput subject =
            new PeerInputs.Subject().configure(SubjectInput.getDefaultInstance(), context);

    private Object value(MatchInput input) {
        return input.value(connection::streamInfo);
    }

    @Test
    void aCertificateHasNamesAndASubject() {
        var peer =
                TestCertificates.authority("ca")
                        .request("client")
                        .uri("spiffe://a/client")
                        .dns("one.example")
                        .dns("other.example")
                        .issue();
        connection.info().tls(new FakeTlsInfo(peer.chain()));

        assertThat(value(uris)).isEqualTo("spiffe://a/client");
        assertThat(value(names)).isEqualTo("one.example,other.example");
        assertThat(value(subject)).isEqualTo("CN=client");
    }

    @Test
    void withoutACertificateThereIsNoValue() {
        Object plaintext = value(subject);
        connection.info().tls(new FakeTlsInfo(List.of()));

        assertThat(plaintext).isNull();
        assertThat(value(uris)).isNull();
        assertThat(value(names)).isNull();
        assertThat(value(subject)).isNull();
    }

    @Test
    void anObjectOfTheFilterStateIsText() {
        MatchInput state =
                new PeerInputs.FilterState()
                        .configure(FilterStateInput.newBuilder().setKey("key").build(), context);
        Object before = value(state);
        connection.streamInfo().filterState("key", 5);

        assertThat(before).isNull();
        assertThat(value(state)).isEqualTo("5");
    }
}
