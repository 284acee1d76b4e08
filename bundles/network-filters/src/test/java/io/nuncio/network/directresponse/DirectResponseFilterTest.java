package io.nuncio.network.directresponse;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.direct_response.v3.Config;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;

class DirectResponseFilterTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeConnection connection = new FakeConnection(new FakeWorker());

    private NetworkFilterTemplate template(String yaml) {
        Config message = YamlMessages.of(Config.getDefaultInstance(), yaml);
        return new DirectResponseExtension().configure(message, context);
    }

    @Test
    void theResponseIsSentAndTheConnectionClosed() {
        NetworkFilterTemplate template = template("response: {inline_string: hello}");
        connection.serve(template);

        assertThat(connection.takeSent()).isEqualTo("hello");
        assertThat(connection.sentEnd()).isTrue();
        assertThat(connection.closedHow()).isEqualTo(Connection.Close.FLUSH_WRITE);
        assertThat(connection.streamInfo().responseCodeDetails()).isEqualTo("direct_response");
        assertThat(connection.outcome()).isEqualTo(NetworkOutcome.STOP);
        assertThat(template.terminal()).isTrue();
    }

    @Test
    void bytesThatAreNoTextAreSentAsTheyAre() {
        connection.serve(template("response: {inline_bytes: gP8A}"));

        assertThat(connection.takeSent()).isEqualTo("\u0080\u00ff\u0000");
    }

    @Test
    void withoutAResponseTheConnectionIsJustClosed() {
        connection.serve(template("{}"));

        assertThat(connection.takeSent()).isEmpty();
        assertThat(connection.open()).isFalse();
    }

    @Test
    void aFileThatIsNotThereIsReported() {
        template("response: {filename: /nowhere/at/all}");

        assertThat(context.reported())
                .containsExactly("response.filename: cannot read /nowhere/at/all: no such file");
    }
}
