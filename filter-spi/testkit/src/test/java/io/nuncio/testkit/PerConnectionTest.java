package io.nuncio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterFactory;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// The value of a filter for a connection: when it is made, who sees it, when it is closed.
class PerConnectionTest {
    private final List<Session> made = new ArrayList<>();
    private final HttpFilterHarness filter = HttpFilterHarness.of(new Counting(made), "nothing");
    private FakeConnection connection;

    /// Something that begins with a connection and ends with it.
    private static final class Session implements AutoCloseable {
        int requests;
        boolean closed;
        Runnable atClose = () -> {};

        @Override
        public void close() {
            closed = true;
            atClose.run();
        }
    }

    private record Counting(List<Session> made) implements HttpFilterFactory<String> {
        @Override
        public HttpFilterTemplate configure(String nothing, FactoryContext context) {
            return stream -> new CountingFilter(stream, made);
        }
    }

    private record CountingFilter(Stream stream, List<Session> made) implements HttpFilter {
        @Override
        public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
            Session session =
                    stream.perConnection(() -> {
                        made.add(new Session());
                        return made.getLast();
                    });
            session.requests++;
            headers.set(HeaderName.of("x-request"), Integer.toString(session.requests));
            return HeadersOutcome.CONTINUE;
        }
    }

    @BeforeEach
    void connect() {
        connection = new FakeConnection(filter.worker());
        filter.connection(connection);
    }

    @AfterEach
    void end() {
        filter.close();
    }

    private String numberOfTheNext() {
        var stream = filter.get("/");
        String number = stream.upstream().headers().get(HeaderName.of("x-request"));
        stream.destroy();
        return number;
    }

    @Test
    void streamsOfAConnectionShareOneAndOtherConnectionsHaveTheirOwn() {
        assertThat(numberOfTheNext()).isEqualTo("1");
        assertThat(numberOfTheNext()).isEqualTo("2");
        filter.connection(new FakeConnection(filter.worker()));
        assertThat(numberOfTheNext()).isEqualTo("1");
        assertThat(made).hasSize(2);
    }

    @Test
    void itIsClosedWithTheConnectionAndNotBefore() {
        numberOfTheNext();
        assertThat(made.getFirst().closed).isFalse();
        connection.peerCloses();
        assertThat(made.getFirst().closed).isTrue();
    }

    @Test
    void itOutlivesTheConnectionForStreamsThatHaveNotEnded() {
        var stream = filter.get("/");
        connection.peerCloses();
        assertThat(made.getFirst().closed).isFalse();
        stream.destroy();
        assertThat(made.getFirst().closed).isTrue();
    }

    @Test
    void whatItsCloseThrowsHarmsNobody() {
        var stream = filter.get("/");
        made.getFirst().atClose =
                () -> {
                    throw new AssertionError("expected by the test");
                };
        connection.peerCloses();
        assertThatCode(stream::destroy).doesNotThrowAnyException();
        assertThat(made.getFirst().closed).isTrue();
    }

    @Test
    void aStreamWithoutAConnectionHasItsOwn() {
        filter.connection(null);
        numberOfTheNext();
        numberOfTheNext();
        assertThat(made).hasSize(2).allMatch(session -> session.closed);
    }
}
