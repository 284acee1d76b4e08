package io.nuncio.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.stream.StreamFacts;

import org.junit.jupiter.api.Test;

/// The filter state of a connection and of the streams on it.
class FilterStateTest {
    private final FakeWorker worker = new FakeWorker();
    private final FakeConnection connection = new FakeConnection(worker);
    private final StreamFacts stream = new StreamFacts(worker, connection);

    @Test
    void anObjectMayBeReplaced() {
        stream.filterState("key", 1);

        assertThat(stream.filterState("key", 2, false)).isTrue();
        assertThat(stream.filterState("key")).isEqualTo(2);
        assertThat(connection.streamInfo().filterState("key")).isNull();
    }

    @Test
    void oneThatIsReadOnlyStays() {
        boolean first = stream.filterState("key", 1, true);
        boolean second = stream.filterState("key", 2, false);
        boolean third = stream.filterState("key", 3, true);

        assertThat(first).isTrue();
        assertThat(second).isFalse();
        assertThat(third).isFalse();
        assertThat(stream.filterState("key")).isEqualTo(1);
    }

    @Test
    void oneThatMayBeReplacedDoesNotBecomeReadOnly() {
        stream.filterState("key", 1);

        assertThat(stream.filterState("key", 2, true)).isFalse();
        assertThat(stream.filterState("key")).isEqualTo(1);
    }

    @Test
    void whatTheConnectionHasIsSeenAndNotReplaced() {
        connection.streamInfo().filterState("key", 1);

        assertThat(stream.filterState("key")).isEqualTo(1);
        assertThat(stream.filterState("key", 2, false)).isFalse();
        assertThat(stream.filterState("key")).isEqualTo(1);
    }
}
