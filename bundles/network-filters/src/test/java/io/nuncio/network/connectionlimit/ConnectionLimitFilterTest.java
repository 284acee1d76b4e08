package io.nuncio.network.connectionlimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.testkit.FakeConnection;
import io.nuncio.testkit.FakeFactoryContext;
import io.nuncio.testkit.FakeWorker;
import io.nuncio.testkit.YamlMessages;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class ConnectionLimitFilterTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final FakeWorker worker = new FakeWorker();

    private NetworkFilterTemplate template(String more) {
        String yaml = "stat_prefix: p\n" + more;
        return new ConnectionLimitExtension()
                .configure(YamlMessages.of(ConnectionLimit.getDefaultInstance(), yaml), context);
    }

    private FakeConnection connect(NetworkFilterTemplate template) {
        var connection = new FakeConnection(worker);
        connection.serve(template);
        return connection;
    }

    private long limited() {
        return context.counter("connection_limit.p.limited_connections");
    }

    private long active() {
        return context.gauge("connection_limit.p.active_connections");
    }

    @Test
    void oneConnectionTooManyIsClosedAndCounted() {
        NetworkFilterTemplate template = template("max_connections: 1");
        FakeConnection first = connect(template);
        FakeConnection second = connect(template);

        assertThat(first.open()).isTrue();
        assertThat(first.outcome()).isEqualTo(NetworkOutcome.CONTINUE);
        assertThat(second.closedHow()).isEqualTo(Connection.Close.NO_FLUSH);
        assertThat(second.info().localCloseReason()).isEqualTo("over_connection_limit");
        assertThat(second.outcome()).isEqualTo(NetworkOutcome.STOP);
        assertThat(limited()).isEqualTo(1);
        assertThat(active()).isEqualTo(1);
        assertThat(template.terminal()).isFalse();
    }

    @Test
    void whenOneHasGoneAnotherMayCome() {
        NetworkFilterTemplate template = template("max_connections: 1");
        connect(template).peerCloses();

        assertThat(connect(template).open()).isTrue();
        assertThat(limited()).isZero();
        assertThat(active()).isEqualTo(1);
    }

    @Test
    void itMayBeClosedAfterADelay() {
        NetworkFilterTemplate template = template("max_connections: 1\ndelay: 2s");
        connect(template);
        FakeConnection second = connect(template);
        second.receive("hello");
        worker.advance(Duration.ofMillis(1_999));
        boolean before = second.open();
        long meanwhile = active();
        worker.advance(Duration.ofMillis(1));

        assertThat(before).isTrue();
        assertThat(meanwhile).isEqualTo(2);
        assertThat(second.outcome()).isEqualTo(NetworkOutcome.STOP);
        assertThat(second.info().localCloseReason()).isEqualTo("over_connection_limit");
        assertThat(active()).isEqualTo(1);
    }

    @Test
    void onesThatWaitToBeClosedTakeUpRoom() {
        NetworkFilterTemplate template = template("max_connections: 1\ndelay: 2s");
        FakeConnection first = connect(template);
        connect(template);
        first.peerCloses();

        connect(template);
        assertThat(limited()).isEqualTo(2);
    }

    @Test
    void thePeerThatLeavesDuringTheDelayIsCountedOnce() {
        NetworkFilterTemplate template = template("max_connections: 1\ndelay: 2s");
        connect(template);
        connect(template).peerCloses();
        worker.advance(Duration.ofSeconds(3));

        assertThat(active()).isEqualTo(1);
        assertThat(worker.armedTimers()).isZero();
    }

    @Test
    void theRuntimeSaysWhetherItIsEnabled() {
        NetworkFilterTemplate template =
                template(
                        """
                        max_connections: 1
                        runtime_enabled: {default_value: false, runtime_key: limit}
                        """);
        FakeConnection first = connect(template);
        FakeConnection second = connect(template);
        long disabled = active();
        context.runtime("limit", "true");
        connect(template);
        first.peerCloses();
        FakeConnection last = connect(template);

        assertThat(second.open()).isTrue();
        assertThat(disabled).isZero();
        assertThat(active()).isEqualTo(1);
        assertThat(last.open()).isFalse();
    }

    @Test
    void theLimitMustBeSet() {
        template("");

        assertThat(context.reported()).containsExactly("max_connections: must be set");
    }
}
