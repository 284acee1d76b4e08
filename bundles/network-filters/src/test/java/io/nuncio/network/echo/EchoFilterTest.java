package io.nuncio.network.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.echo.v3.Echo;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;

import org.junit.jupiter.api.Test;

class EchoFilterTest {
    private final NetworkFilterTemplate template =
            new EchoExtension().configure(Echo.getDefaultInstance(), new FakeFactoryContext());
    private final FakeConnection connection = new FakeConnection(new FakeWorker());

    @Test
    void whatComesIsSentBack() {
        connection.serve(template);
        connection.receive("one").receive("two");

        assertThat(connection.takeSent()).isEqualTo("onetwo");
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.STOP);
        assertThat(template.terminal()).isTrue();
    }

    @Test
    void theEndIsSentBackToo() {
        connection.serve(template);
        connection.receive("last");
        connection.peerEnds();

        assertThat(connection.takeSent()).isEqualTo("last");
        assertThat(connection.sentEnd()).isTrue();
    }

    @Test
    void aPeerThatDoesNotReadIsNotReadFrom() {
        connection.bufferLimit(10);
        connection.peerStalls(true);
        connection.serve(template);
        connection.receive("more than ten bytes");
        boolean before = connection.reading();
        connection.peerStalls(false);

        assertThat(before).isFalse();
        assertThat(connection.reading()).isTrue();
    }
}
