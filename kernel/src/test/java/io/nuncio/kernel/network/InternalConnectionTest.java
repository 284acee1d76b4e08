package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilterTemplate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Connections within the process: both ends are those of sockets, but for the socket.
class InternalConnectionTest {
    private static final int LIMIT = 4096;
    private static final Address TARGET = new Address.Internal("inner", "one");

    private final Loopback loopback = new Loopback(IoEngine.preferred());
    private final List<String> clientLog = new CopyOnWriteArrayList<>();
    private final List<String> serverLog = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() throws Exception {
        loopback.close();
    }

    private void serve(NetworkFilterTemplate filter) {
        InternalListeners listeners = loopback.worker.internalListeners();
        listeners.enable(LIMIT);
        ListenSocket.Acceptor acceptor =
                channel -> {
                    SocketConnection connection =
                            SocketConnection.accepted(channel, loopback.owner, LIMIT);
                    loopback.accepted.add(connection);
                    connection.start(List.of(filter), null, null, new Buffer());
                };
        listeners.publish(Map.of("inner", List.of(acceptor)));
    }

    private void serveRecording() {
        serve(stream -> new RecordingFilter(stream, serverLog));
    }

    private SocketConnection connect() throws Exception {
        return loopback.onWorker(() ->
                Connector.connect(
                        loopback.worker,
                        TARGET,
                        ConnectOptions.plain(
                                List.of(stream -> new RecordingFilter(stream, clientLog))),
                        loopback.owner));
    }

    private void write(SocketConnection connection, String text, boolean end) throws Exception {
        loopback.doOnWorker(() -> connection.write(Buffer.copyOf(text), end));
    }

    @Test
    void bytesGoBothWaysAndAddressesAreThoseOfTheListener() throws Exception {
        serve(EchoFilter::new);
        SocketConnection client = connect();
        write(client, "early", false);
        loopback.until(() -> clientLog.contains("data early"));
        assertThat(clientLog).containsExactly("new", "CONNECTED", "data early");
        SocketConnection server = loopback.nextAccepted();
        assertThat(server.info().localAddress()).hasToString("envoy://inner/one");
        assertThat(server.info().remoteAddress()).hasToString("envoy://internal_client_address/");
        assertThat(client.info().remoteAddress()).hasToString("envoy://inner/one");
        assertThat(client.info().localAddress()).hasToString("envoy://internal_client_address/");
    }

    @Test
    void oneSideMayEndAndGoOnReading() throws Exception {
        serveRecording();
        SocketConnection client = connect();
        SocketConnection server = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            server.halfClose(true);
            client.halfClose(true);
        });
        write(client, "question", true);
        loopback.until(
                () -> serverLog.contains("data  end") || serverLog.contains("data question end"));
        write(server, "answer", true);
        loopback.until(() -> clientLog.contains("destroy") && serverLog.contains("destroy"));
        assertThat(String.join(",", clientLog)).contains("data answer");
        assertThat(serverLog).doesNotContain("LOCAL_CLOSE");
    }

    @Test
    void aCloseWithoutHalfCloseEndsTheOtherSide() throws Exception {
        serveRecording();
        SocketConnection client = connect();
        loopback.nextAccepted();
        write(client, "last words", false);
        loopback.doOnWorker(() -> client.close(Connection.Close.FLUSH_WRITE, "done"));
        loopback.until(() -> serverLog.contains("destroy"));
        assertThat(serverLog)
                .containsExactly("new", "CONNECTED", "data last words", "REMOTE_CLOSE", "destroy");
        assertThat(clientLog).endsWith("LOCAL_CLOSE", "destroy");
    }

    @Test
    void aSideThatDoesNotReadKeepsALittleAndTheRestWaitsWithTheWriter() throws Exception {
        serveRecording();
        SocketConnection client = connect();
        SocketConnection server = loopback.nextAccepted();
        loopback.doOnWorker(() -> {
            client.bufferLimit(LIMIT);
            server.readDisable(true);
        });
        int pieces = 100;
        for (int i = 0; i < pieces; i++) {
            write(client, "x".repeat(1000), false);
        }
        assertThat(loopback.onWorker(client::unsentBytes))
                .isGreaterThanOrEqualTo(pieces * 1000L - 3L * LIMIT);
        assertThat(clientLog).endsWith("above");

        loopback.doOnWorker(() -> server.readDisable(false));
        loopback.until(() ->
                serverLog.stream()
                                .filter(line -> line.startsWith("data "))
                                .mapToInt(line -> line.length() - 5)
                                .sum()
                        == pieces * 1000);
        assertThat(loopback.onWorker(client::unsentBytes)).isZero();
        assertThat(clientLog).endsWith("below");
    }

    @Test
    void whatWasWrittenBeforeACloseIsReadFirst() throws Exception {
        serveRecording();
        SocketConnection client = connect();
        SocketConnection server = loopback.nextAccepted();
        loopback.doOnWorker(() -> server.readDisable(true));
        write(client, "kept", false);
        loopback.doOnWorker(() -> client.close(Connection.Close.FLUSH_WRITE, "done"));
        loopback.until(() -> clientLog.contains("destroy"));
        assertThat(serverLog).containsExactly("new", "CONNECTED");
        loopback.doOnWorker(() -> server.readDisable(false));
        loopback.until(() -> serverLog.contains("destroy"));
        assertThat(serverLog).containsSubsequence("data kept", "REMOTE_CLOSE");
    }

    @Test
    void whoWritesToAClosedSideIsClosed() throws Exception {
        serveRecording();
        SocketConnection client = connect();
        SocketConnection server = loopback.nextAccepted();
        loopback.doOnWorker(() -> client.readDisable(true));
        loopback.doOnWorker(() -> server.close(Connection.Close.NO_FLUSH, "gone"));
        write(client, "to nobody", false);
        loopback.until(() -> clientLog.contains("destroy"));
        assertThat(clientLog).contains("REMOTE_CLOSE");
    }

    @Test
    void withoutTheListenerTheConnectionFails() throws Exception {
        SocketConnection client = connect();
        loopback.until(() -> clientLog.contains("destroy"));
        assertThat(clientLog).containsExactly("new", "REMOTE_CLOSE", "destroy");
        assertThat(client.info().transportFailureReason())
                .isEqualTo("immediate connect error: no internal listener is called `inner`");
    }

    @Test
    void theMainThreadHasNoListeners() throws Exception {
        serveRecording();
        Loopback.on(
                loopback.loops.main(),
                () ->
                        Connector.connect(
                                loopback.loops.main(),
                                TARGET,
                                ConnectOptions.plain(
                                        List.of(stream -> new RecordingFilter(stream, clientLog))),
                                loopback.owner));
        loopback.until(() -> clientLog.contains("destroy"));
        assertThat(clientLog).contains("REMOTE_CLOSE");
    }

    @Test
    void whoeverClosesBeforeItStandsIsNotAccepted() throws Exception {
        serveRecording();
        loopback.doOnWorker(() ->
                Connector.connect(
                                loopback.worker,
                                TARGET,
                                ConnectOptions.plain(
                                        List.of(stream -> new RecordingFilter(stream, clientLog))),
                                loopback.owner)
                        .close(Connection.Close.NO_FLUSH, "changed its mind"));
        loopback.until(() -> clientLog.contains("destroy"));
        assertThat(loopback.accepted).isEmpty();
    }
}
