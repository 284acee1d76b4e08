package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// What holds for every engine; each has a subclass.
abstract class SocketConnectionTest {
    private static final int LIMIT = 64 * 1024;

    private Loopback loopback;
    private final List<String> log = new CopyOnWriteArrayList<>();

    abstract IoEngine engine();

    @BeforeEach
    void start() {
        loopback = new Loopback(engine());
    }

    @AfterEach
    void stop() throws Exception {
        loopback.close();
    }

    private NetworkFilterTemplate recording() {
        return stream -> new RecordingFilter(stream, log);
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String receive(Socket client, int count) throws IOException {
        return new String(client.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
    }

    private static String receiveAll(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private void write(SocketConnection connection, String text, boolean endStream)
            throws Exception {
        loopback.doOnWorker(() -> connection.write(Buffer.copyOf(text), endStream));
    }

    private void untilLogged(String... lines) throws Exception {
        loopback.until(() -> log.containsAll(Arrays.asList(lines)));
    }

    @Test
    void bytesGoThroughAFilterAndBack() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, EchoFilter::new));
        send(client, "hello");
        assertThat(receive(client, 5)).isEqualTo("hello");
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            assertThat(connection.info().wireBytesReceived()).isEqualTo(5);
            assertThat(connection.info().wireBytesSent()).isEqualTo(5);
            assertThat(connection.state()).isEqualTo(Connection.State.OPEN);
            assertThat(connection.info().directRemoteAddress())
                    .isEqualTo(Addresses.of(client.getLocalSocketAddress()));
            assertThat(connection.info().directLocalAddress())
                    .isEqualTo(Addresses.of(client.getRemoteSocketAddress()));
        });
    }

    @Test
    void itsFilterStateIsThatOfItsStreamInfo() throws Exception {
        loopback.client(loopback.serve(LIMIT, EchoFilter::new));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            assertThat(connection.filterState("a")).isNull();
            connection.streamInfo().filterState("a", "of the connection");
            assertThat(connection.filterState("a")).isEqualTo("of the connection");
            assertThat(connection.filterState("b")).isNull();
        });
    }

    @Test
    void aFilterIsToldOfTheConnectionItsDataItsEndAndIsThenDestroyed() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        send(client, "hello");
        untilLogged("data hello");
        client.close();
        untilLogged("destroy");
        assertThat(log)
                .containsExactly("new", "CONNECTED", "data hello", "REMOTE_CLOSE", "destroy");
        assertThat(Loopback.next(loopback.destroyed)).isSameAs(loopback.nextAccepted());
    }

    @Test
    void aFilterThatStopsKeepsTheNextOneFromTheBytesUntilItResumes() throws Exception {
        List<NetworkStream> streams = new CopyOnWriteArrayList<>();
        NetworkFilterTemplate gate =
                stream -> {
                    streams.add(stream);
                    return new NetworkFilter() {
                        @Override
                        public NetworkOutcome onData(Buffer data, boolean endStream) {
                            log.add("gate");
                            return NetworkOutcome.STOP;
                        }
                    };
                };
        Socket client = loopback.client(loopback.serve(LIMIT, gate, recording()));
        send(client, "one");
        untilLogged("gate");
        assertThat(log).doesNotContain("data one");
        loopback.doOnWorker(() -> streams.getFirst().resume());
        untilLogged("data one");
        assertThat(log).containsExactly("new", "CONNECTED", "gate", "data one");
    }

    @Test
    void anUpperFilterLearnsOfTheConnectionOnlyWhenTheLowerOneLetsItThrough() throws Exception {
        List<NetworkStream> streams = new CopyOnWriteArrayList<>();
        NetworkFilterTemplate gate =
                stream -> {
                    streams.add(stream);
                    return new NetworkFilter() {
                        @Override
                        public NetworkOutcome onNewConnection() {
                            log.add("gate");
                            return NetworkOutcome.STOP;
                        }
                    };
                };
        loopback.client(loopback.serve(LIMIT, gate, recording()));
        untilLogged("CONNECTED");
        assertThat(log).containsExactly("gate", "CONNECTED");
        loopback.doOnWorker(() -> streams.getFirst().resume());
        assertThat(log).containsExactly("gate", "CONNECTED", "new");
    }

    @Test
    void writesPassTheFiltersInReverseAndInjectedBytesOnlyThoseBelow() throws Exception {
        List<NetworkStream> streams = new CopyOnWriteArrayList<>();
        Socket client =
                loopback.client(
                        loopback.serve(
                                LIMIT,
                                marking("a", streams),
                                marking("b", streams),
                                marking("c", streams)));
        SocketConnection connection = loopback.nextAccepted();
        write(connection, "x", false);
        assertThat(receive(client, 4)).isEqualTo("xcba");
        loopback.doOnWorker(() -> streams.get(1).injectWrite(Buffer.copyOf("y"), false));
        assertThat(receive(client, 2)).isEqualTo("ya");
    }

    private NetworkFilterTemplate marking(String name, List<NetworkStream> streams) {
        return stream -> {
            streams.add(stream);
            return new NetworkFilter() {
                @Override
                public NetworkOutcome onWrite(Buffer data, boolean endStream) {
                    data.append(name);
                    return NetworkOutcome.CONTINUE;
                }
            };
        };
    }

    @Test
    void injectedReadsReachTheFiltersAbove() throws Exception {
        List<NetworkStream> streams = new CopyOnWriteArrayList<>();
        loopback.client(loopback.serve(LIMIT, marking("a", streams), recording()));
        untilLogged("new");
        loopback.doOnWorker(() -> streams.getFirst().injectRead(Buffer.copyOf("made up"), false));
        assertThat(log).contains("data made up");
    }

    @Test
    void aSlowReaderRaisesTheHighWatermarkAndLaterTheLowOne() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()), 8 * 1024);
        SocketConnection connection = loopback.nextAccepted();
        int total = 16 * 1024 * 1024;
        loopback.doOnWorker(() -> connection.write(Buffer.copyOf(new byte[total]), true));
        untilLogged("above");
        assertThat(loopback.<Boolean>onWorker(connection::aboveHighWatermark)).isTrue();
        assertThat(log).doesNotContain("below");
        assertThat(client.getInputStream().readNBytes(total)).hasSize(total);
        untilLogged("below");
        assertThat(loopback.<Boolean>onWorker(connection::aboveHighWatermark)).isFalse();
        assertThat(log).containsOnlyOnce("above", "below");
    }

    @Test
    void smallWritesToASlowReaderAreJoinedAndArriveInOrder() throws Exception {
        Socket client = loopback.client(loopback.serve(0, recording()), 8 * 1024);
        SocketConnection connection = loopback.nextAccepted();
        int first = 16 * 1024 * 1024;
        loopback.doOnWorker(() -> connection.write(Buffer.copyOf(new byte[first]), false));
        for (int i = 0; i < 100; i++) {
            write(connection, "%04d".formatted(i), false);
        }
        write(connection, "end", true);

        // What came after the socket was full is not in its queue.
        assertThat(loopback.<Long>onWorker(connection.info()::wireBytesSent))
                .isLessThan(first + 403L);
        assertThat(client.getInputStream().readNBytes(first)).hasSize(first);
        assertThat(receiveAll(client)).startsWith("000000010002").endsWith("0099end");
        assertThat(loopback.<Long>onWorker(connection.info()::wireBytesSent))
                .isEqualTo(first + 403);
    }

    @Test
    void aCallbackIsToldOfWatermarksAndEventsUntilItIsRemoved() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT), 8 * 1024);
        SocketConnection connection = loopback.nextAccepted();
        Connection.Callbacks callbacks =
                new Connection.Callbacks() {
                    @Override
                    public void onEvent(ConnectionEvent event) {
                        log.add(event.name());
                    }

                    @Override
                    public void onAboveWriteBufferHighWatermark() {
                        log.add("above");
                        connection.removeCallbacks(this);
                    }

                    @Override
                    public void onBelowWriteBufferLowWatermark() {
                        log.add("below");
                    }
                };
        loopback.doOnWorker(() -> {
            connection.addCallbacks(callbacks);
            connection.write(Buffer.copyOf(new byte[16 * 1024 * 1024]), true);
        });
        client.getInputStream().readAllBytes();
        client.close();
        Loopback.next(loopback.destroyed);
        assertThat(log).containsExactly("above");
    }

    @Test
    void whileReadingIsDisabledTheSenderIsSlowedDownAndNothingIsDelivered() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            connection.readDisable(true);
            connection.readDisable(true);
        });
        int total = 32 * 1024 * 1024;
        Thread sender = Thread.ofVirtual().start(() -> sendZeroes(client, total));
        loopback.until(() -> connection.info().wireBytesReceived() > 0);
        loopback.doOnWorker(() -> connection.readDisable(false));
        assertThat(log).containsExactly("new", "CONNECTED");
        assertThat(loopback.<Long>onWorker(connection.info()::wireBytesReceived))
                .isLessThan(512 * 1024);
        assertThat(sender.isAlive()).isTrue();
        loopback.doOnWorker(() -> connection.readDisable(false));
        loopback.until(() -> connection.info().wireBytesReceived() == total);
        sender.join(Loopback.PATIENCE);
        assertThat(log.size()).isGreaterThan(2);
        assertThatThrownBy(() -> loopback.doOnWorker(() -> connection.readDisable(false)))
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReaderThatIsAlwaysStoppedAgainBeforeItGetsAnythingGathersNoMoreThanOneRound()
            throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> connection.readDisable(true));
        Thread sender = Thread.ofVirtual().start(() -> sendZeroes(client, 32 * 1024 * 1024));
        loopback.until(() -> connection.info().wireBytesReceived() > 0);
        for (int i = 0; i < 100; i++) {
            loopback.doOnWorker(() -> {
                connection.readDisable(false);
                connection.readDisable(true);
            });
            loopback.doOnWorker(() -> {}); // the socket's turn
        }
        assertThat(loopback.<Long>onWorker(connection.info()::wireBytesReceived))
                .isLessThan(512 * 1024);
        assertThat(log).containsExactly("new", "CONNECTED");
        assertThat(sender.isAlive()).isTrue();
    }

    private static void sendZeroes(Socket client, int count) {
        try {
            client.getOutputStream().write(new byte[count]);
        } catch (IOException closed) {
            throw new java.io.UncheckedIOException(closed);
        }
    }

    @Test
    void aFilterThatTakesNothingIsReadForUpToTheLimitOnly() throws Exception {
        Socket client =
                loopback.client(
                        loopback.serve(
                                LIMIT,
                                stream ->
                                        new NetworkFilter() {
                                            @Override
                                            public NetworkOutcome onData(
                                                    Buffer data, boolean endStream) {
                                                log.add("offered");
                                                return NetworkOutcome.STOP;
                                            }
                                        }));
        SocketConnection connection = loopback.nextAccepted();
        Thread sender = Thread.ofVirtual().start(() -> sendQuietly(client, 32 * 1024 * 1024));
        loopback.until(() -> connection.info().wireBytesReceived() >= LIMIT);
        long received = loopback.onWorker(connection.info()::wireBytesReceived);
        assertThat(received).isLessThanOrEqualTo(LIMIT + LIMIT / 4);
        loopback.doOnWorker(() -> connection.close(Connection.Close.NO_FLUSH, "test"));
        assertThat(sender.join(Loopback.PATIENCE)).isTrue();
    }

    private static void sendQuietly(Socket client, int count) {
        try {
            client.getOutputStream().write(new byte[count]);
        } catch (IOException expected) {
            // the connection is closed in the middle
        }
    }

    @Test
    void withHalfCloseThePeersEndIsDataAndTheOtherDirectionGoesOn() throws Exception {
        Socket client =
                loopback.client(
                        loopback.serve(
                                LIMIT,
                                stream -> {
                                    stream.connection().halfClose(true);
                                    return new RecordingFilter(stream, log);
                                }));
        SocketConnection connection = loopback.nextAccepted();
        send(client, "last");
        client.shutdownOutput();
        loopback.until(() -> log.stream().anyMatch(line -> line.endsWith("end")));
        assertThat(loopback.onWorker(connection::state)).isEqualTo(Connection.State.OPEN);
        write(connection, "answer", true);
        assertThat(receiveAll(client)).isEqualTo("answer");
        untilLogged("destroy");
        assertThat(log).contains("REMOTE_CLOSE");
    }

    @Test
    void withoutHalfCloseThePeersEndClosesTheConnection() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        send(client, "last");
        client.shutdownOutput();
        untilLogged("destroy");
        assertThat(log).containsExactly("new", "CONNECTED", "data last", "REMOTE_CLOSE", "destroy");
        assertThat(receiveAll(client)).isEmpty();
    }

    @Test
    void anEndOfStreamThatIsWrittenReachesThePeer() throws Exception {
        Socket client =
                loopback.client(
                        loopback.serve(
                                LIMIT,
                                stream -> {
                                    stream.connection().halfClose(true);
                                    return new RecordingFilter(stream, log);
                                }));
        SocketConnection connection = loopback.nextAccepted();
        write(connection, "bye", true);
        assertThat(receiveAll(client)).isEqualTo("bye");
        assertThat(loopback.onWorker(connection::state)).isEqualTo(Connection.State.OPEN);
        send(client, "still here");
        untilLogged("data still here");
        client.close();
        untilLogged("REMOTE_CLOSE");
    }

    @Test
    void closingWithAFlushSendsWhatIsBuffered() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()), 8 * 1024);
        SocketConnection connection = loopback.nextAccepted();
        int total = 8 * 1024 * 1024;
        loopback.doOnWorker(() -> {
            connection.write(Buffer.copyOf(new byte[total]), false);
            connection.close(Connection.Close.FLUSH_WRITE, "done");
            assertThat(connection.state()).isEqualTo(Connection.State.CLOSING);
        });
        assertThat(client.getInputStream().readAllBytes()).hasSize(total);
        untilLogged("LOCAL_CLOSE", "destroy");
        assertThat(connection.info().localCloseReason()).isEqualTo("done");
    }

    @Test
    void closingWithADelayWaitsForThePeerToClose() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            connection.delayedCloseTimeout(3600 * 1_000_000_000L);
            connection.write(Buffer.copyOf("answer"), false);
            connection.close(Connection.Close.FLUSH_WRITE_AND_DELAY, "done");
        });
        assertThat(receiveAll(client)).isEqualTo("answer");
        send(client, "what nobody reads any more");
        assertThat(loopback.onWorker(connection::state)).isEqualTo(Connection.State.CLOSING);
        client.close();
        untilLogged("destroy");
        assertThat(log).containsExactly("new", "CONNECTED", "REMOTE_CLOSE", "destroy");
    }

    @Test
    void closingWithADelayGivesUpAfterTheTimeout() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            connection.delayedCloseTimeout(20_000_000);
            connection.close(Connection.Close.FLUSH_WRITE_AND_DELAY, "done");
        });
        untilLogged("destroy");
        assertThat(log).containsExactly("new", "CONNECTED", "LOCAL_CLOSE", "destroy");
        assertThat(connection.info().localCloseReason())
                .isEqualTo("triggered_delayed_close_timeout");
        assertThat(receiveAll(client)).isEmpty();
    }

    @Test
    void closingAtOnceRaisesTheEventBeforeTheCallReturnsAndDestroysAfterwards() throws Exception {
        loopback.client(loopback.serve(LIMIT, recording()));
        SocketConnection connection = loopback.nextAccepted();
        untilLogged("CONNECTED");
        loopback.doOnWorker(() -> {
            connection.close(Connection.Close.NO_FLUSH, "test");
            log.add("returned");
            connection.write(Buffer.copyOf("too late"), false);
        });
        untilLogged("destroy");
        assertThat(log).containsExactly("new", "CONNECTED", "LOCAL_CLOSE", "returned", "destroy");
    }

    @Test
    void abortingResetsTheConnection() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, recording()));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> connection.close(Connection.Close.ABORT_RESET, "test"));
        InputStream input = client.getInputStream();
        assertThatThrownBy(input::read)
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void aFilterThatThrowsHarmsItsOwnConnectionOnly() throws Exception {
        List<NetworkFilterTemplate> templates = new ArrayList<>();
        templates.add(stream ->
                new RecordingFilter(stream, log) {
                    @Override
                    public NetworkOutcome onData(Buffer data, boolean endStream) {
                        if (data.startsWith(new byte[] {'!'})) {
                            throw new IllegalStateException("expected by the test");
                        }
                        return super.onData(data, endStream);
                    }
                });
        ListenSocket server = loopback.serve(LIMIT, templates.getFirst());
        Socket good = loopback.client(server);
        Socket bad = loopback.client(server);
        send(good, "before");
        untilLogged("data before");
        send(bad, "!");
        assertThat(receiveAll(bad)).isEmpty();
        assertThat(Loopback.next(loopback.filterFailures)).hasMessage("expected by the test");
        send(good, "after");
        untilLogged("data after", "LOCAL_CLOSE", "destroy");
        assertThat(Loopback.next(loopback.destroyed).info().localCloseReason())
                .isEqualTo("filter_failed");
    }

    private NetworkFilterTemplate throwingAt(ConnectionEvent event) {
        return stream ->
                new RecordingFilter(stream, new ArrayList<>()) {
                    @Override
                    public void onEvent(ConnectionEvent told) {
                        if (told == event) {
                            throw new AssertionError("expected by the test");
                        }
                    }
                };
    }

    @Test
    void aFilterThatThrowsAtTheEndHidesItFromNobody() throws Exception {
        Socket client =
                loopback.client(
                        loopback.serve(
                                LIMIT, throwingAt(ConnectionEvent.REMOTE_CLOSE), recording()));
        untilLogged("CONNECTED");
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            connection.addCallbacks(
                    new Connection.Callbacks() {
                        @Override
                        public void onEvent(ConnectionEvent event) {
                            log.add("first callback " + event);
                            throw new IllegalStateException("expected by the test");
                        }
                    });
            connection.addCallbacks(
                    new Connection.Callbacks() {
                        @Override
                        public void onEvent(ConnectionEvent event) {
                            log.add("second callback " + event);
                        }
                    });
        });
        client.close();
        assertThat(Loopback.next(loopback.filterFailures)).hasMessage("expected by the test");
        untilLogged("destroy");
        assertThat(log)
                .containsExactly(
                        "new",
                        "CONNECTED",
                        "REMOTE_CLOSE",
                        "first callback REMOTE_CLOSE",
                        "second callback REMOTE_CLOSE",
                        "destroy");
    }

    @Test
    void whoHasLearntOfTheEndIsNotToldThatTheConnectionStands() throws Exception {
        loopback.client(loopback.serve(LIMIT, throwingAt(ConnectionEvent.CONNECTED), recording()));
        untilLogged("destroy");
        assertThat(log).containsExactly("new", "LOCAL_CLOSE", "destroy");
    }

    @Test
    void anErrorInTheEndOfOneConnectionDoesNotEndTheLoop() throws Exception {
        Socket client =
                loopback.client(
                        loopback.serve(
                                LIMIT,
                                stream ->
                                        new RecordingFilter(stream, log) {
                                            @Override
                                            public void onDestroy() {
                                                throw new LinkageError("expected by the test");
                                            }
                                        }));
        untilLogged("CONNECTED");
        client.close();
        assertThat(Loopback.next(loopback.filterFailures)).hasMessage("expected by the test");
        assertThat(Loopback.next(loopback.destroyed)).isSameAs(loopback.nextAccepted());
        assertThat(loopback.<Boolean>onWorker(loopback.worker::current)).isTrue();
    }

    @Test
    void aFiltersTimerAndPostedTasksEndWithTheConnection() throws Exception {
        List<NetworkStream> streams = new CopyOnWriteArrayList<>();
        loopback.client(loopback.serve(LIMIT, marking("a", streams)));
        SocketConnection connection = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            NetworkStream stream = streams.getFirst();
            stream.timer(() -> log.add("soon")).arm(0);
            stream.post(() -> log.add("posted"));
        });
        untilLogged("soon", "posted");
        loopback.doOnWorker(() -> {
            streams.getFirst().timer(() -> log.add("late")).arm(50_000_000);
            connection.close(Connection.Close.NO_FLUSH, "test");
            streams.getFirst().post(() -> log.add("posted late"));
        });
        long destroyedAt = loopback.onWorker(loopback.worker::nanoTime);
        loopback.until(() -> loopback.worker.nanoTime() - destroyedAt > 80_000_000);
        assertThat(log).containsExactlyInAnyOrder("soon", "posted");
    }

    @Test
    void aFilterIsToldThatTheListenerDrains() throws Exception {
        List<NetworkStream> streams = new CopyOnWriteArrayList<>();
        loopback.client(loopback.serve(LIMIT, marking("a", streams), recording()));
        SocketConnection connection = loopback.nextAccepted();
        assertThat(loopback.<Boolean>onWorker(() -> streams.getFirst().drainClose())).isFalse();
        loopback.draining = true;
        loopback.doOnWorker(connection::drain);
        assertThat(log).contains("drain");
        assertThat(loopback.<Boolean>onWorker(() -> streams.getFirst().drainClose())).isTrue();
    }

    @Test
    void manyWritesInOneRoundLeaveInOrder() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT));
        SocketConnection connection = loopback.nextAccepted();
        StringBuilder expected = new StringBuilder();
        loopback.doOnWorker(() -> {
            for (int i = 0; i < 2000; i++) {
                String part = "part " + i + ";" + "x".repeat(i % 700);
                expected.append(part);
                connection.write(Buffer.copyOf(part), false);
            }
        });
        assertThat(receive(client, expected.length())).isEqualTo(expected.toString());
    }

    @Test
    void largeTransfersArriveWholeInBothDirections() throws Exception {
        Socket client = loopback.client(loopback.serve(LIMIT, BackPressureEcho::new));
        byte[] sent = new byte[24 * 1024 * 1024];
        new java.util.Random(3).nextBytes(sent);
        Thread sender =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                client.getOutputStream().write(sent);
                            } catch (IOException failure) {
                                throw new java.io.UncheckedIOException(failure);
                            }
                        });
        byte[] received = client.getInputStream().readNBytes(sent.length);
        sender.join(Loopback.PATIENCE);
        assertThat(Arrays.equals(received, sent)).isTrue();
    }

    /// Echoes, and reads no further while the peer does not take what was written.
    private static final class BackPressureEcho implements NetworkFilter {
        private final NetworkStream stream;

        BackPressureEcho(NetworkStream stream) {
            this.stream = stream;
        }

        @Override
        public NetworkOutcome onData(Buffer data, boolean endStream) {
            stream.connection().write(data, endStream);
            return NetworkOutcome.STOP;
        }

        @Override
        public void onAboveWriteBufferHighWatermark() {
            stream.connection().readDisable(true);
        }

        @Override
        public void onBelowWriteBufferLowWatermark() {
            stream.connection().readDisable(false);
        }
    }
}
