package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

@ParameterizedClass
@EnumSource(names = {"EPOLL", "NIO"})
class ConnectorTest {
    private final IoEngine engine;
    private final List<String> log = new CopyOnWriteArrayList<>();
    private Loopback loopback;

    ConnectorTest(IoEngine engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start() {
        loopback = new Loopback(engine);
    }

    @AfterEach
    void stop() throws Exception {
        loopback.close();
    }

    private SocketConnection connect(Address remote, ConnectOptions options) throws Exception {
        return loopback.onWorker(() -> {
            SocketConnection connection =
                    Connector.connect(loopback.worker, remote, options, loopback.owner);
            assertThat(connection.state()).isEqualTo(Connection.State.CONNECTING);
            connection.addCallbacks(
                    new Connection.Callbacks() {
                        @Override
                        public void onEvent(ConnectionEvent event) {
                            log.add("callback " + event);
                        }
                    });
            return connection;
        });
    }

    private ConnectOptions recording() {
        return ConnectOptions.plain(List.of(stream -> new RecordingFilter(stream, log)));
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static Address.Ip address(ServerSocket server) {
        return new Address.Ip(server.getInetAddress(), server.getLocalPort());
    }

    @Test
    void aConnectionIsConnectedAndCarriesBytesBothWays() throws Exception {
        try (ServerSocket server = listen()) {
            SocketConnection connection = connect(address(server), recording());
            try (Socket peer = server.accept()) {
                loopback.until(() -> log.contains("callback CONNECTED"));
                loopback.doOnWorker(() -> connection.write(Buffer.copyOf("ping"), false));
                assertThat(peer.getInputStream().readNBytes(4))
                        .isEqualTo("ping".getBytes(StandardCharsets.US_ASCII));
                peer.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));
                loopback.until(() -> log.contains("data pong"));
                assertThat(connection.info().directLocalAddress())
                        .isEqualTo(Addresses.of(peer.getRemoteSocketAddress()));
            }
            loopback.until(() -> log.contains("destroy"));
            assertThat(log)
                    .containsExactly(
                            "new",
                            "CONNECTED",
                            "callback CONNECTED",
                            "data pong",
                            "REMOTE_CLOSE",
                            "callback REMOTE_CLOSE",
                            "destroy");
        }
    }

    @Test
    void whatIsWrittenBeforeTheConnectionStandsIsSentThen() throws Exception {
        try (ServerSocket server = listen()) {
            loopback.onWorker(() -> {
                SocketConnection connection =
                        Connector.connect(
                                loopback.worker, address(server), recording(), loopback.owner);
                connection.write(Buffer.copyOf("early"), false);
                return connection;
            });
            try (Socket peer = server.accept()) {
                assertThat(peer.getInputStream().readNBytes(5))
                        .isEqualTo("early".getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    @Test
    void aRefusedConnectionSaysSoAfterTheCallHasReturned() throws Exception {
        try (var nobody = new Socket()) {
            // Bound, so that nobody else gets the port, and not listening.
            nobody.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Address.Ip closed = new Address.Ip(nobody.getLocalAddress(), nobody.getLocalPort());

            SocketConnection connection = connect(closed, recording());

            loopback.until(() -> log.contains("destroy"));
            assertThat(log)
                    .containsExactly("new", "REMOTE_CLOSE", "callback REMOTE_CLOSE", "destroy");
            assertThat(connection.info().transportFailureReason())
                    .isEqualTo("delayed connect error: Connection refused");
            assertThat(connection.connectTimedOut()).isFalse();
        }
    }

    @Test
    void aConnectionThatDoesNotStandInTimeIsEnded() throws Exception {
        // A listener whose queue is full answers no further SYN.
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket first = new Socket();
                Socket second = new Socket()) {
            first.connect(server.getLocalSocketAddress());
            second.connect(server.getLocalSocketAddress());
            ConnectOptions options =
                    new ConnectOptions(
                            50_000_000,
                            0,
                            LocalAddresses.ANY,
                            null,
                            recording().filters(),
                            null,
                            null);
            SocketConnection connection = connect(address(server), options);
            loopback.until(() -> log.contains("destroy"));
            assertThat(log)
                    .containsExactly("new", "LOCAL_CLOSE", "callback LOCAL_CLOSE", "destroy");
            assertThat(connection.connectTimedOut()).isTrue();
        }
    }

    @Test
    void theLocalAddressAndKeepaliveCanBeChosen() throws Exception {
        Address.Ip from = new Address.Ip(InetAddress.getByName("127.0.0.2"), 0);
        ConnectOptions options =
                new ConnectOptions(
                        0,
                        0,
                        new LocalAddresses(List.of(new LocalAddresses.Local(from, List.of()))),
                        new ConnectOptions.Keepalive(3, 60, 10),
                        recording().filters(),
                        null,
                        null);
        try (ServerSocket server = listen()) {
            connect(address(server), options);
            try (Socket peer = server.accept()) {
                assertThat(peer.getInetAddress()).isEqualTo(from.address());
                loopback.until(() -> log.contains("CONNECTED"));
            }
        }
    }

    /// An upstream that answers and closes at once must not lose its answer to a slow downstream.
    @Test
    void whatThePeerSentBeforeItClosedIsReadEvenIfReadingWasDisabledMeanwhile() throws Exception {
        byte[] answer = new byte[600 * 1024];
        long[] received = new long[1];
        ConnectOptions options =
                ConnectOptions.plain(
                        List.of(stream ->
                                new RecordingFilter(stream, log) {
                                    @Override
                                    public io.nuncio.spi.NetworkOutcome onData(
                                            Buffer data, boolean endStream) {
                                        received[0] += data.length();
                                        data.clear();
                                        return io.nuncio.spi.NetworkOutcome.STOP;
                                    }
                                }));
        try (ServerSocket server = listen()) {
            SocketConnection connection = connect(address(server), options);
            loopback.doOnWorker(() -> connection.readDisable(true));
            try (Socket peer = server.accept()) {
                peer.getOutputStream().write(answer);
            }
            loopback.until(() -> connection.info().wireBytesReceived() > 0);
            assertThat(received[0]).isZero();
            loopback.doOnWorker(() -> connection.readDisable(false));
            loopback.until(() -> log.contains("destroy"));
            assertThat(received[0]).isEqualTo(answer.length);
            assertThat(log).contains("REMOTE_CLOSE");
        }
    }

    @Test
    void aUnixSocketWorksLikeATcpOne(@TempDir Path directory) throws Exception {
        Address.Pipe pipe = new Address.Pipe(directory.resolve("socket").toString(), 0600);
        ListenSocket server = ListenSocket.bind(loopback.worker, pipe, ListenOptions.DEFAULT);
        loopback.accept(server, 0, null, EchoFilter::new);
        SocketConnection connection = connect(pipe, recording());
        loopback.doOnWorker(() -> connection.write(Buffer.copyOf("over a pipe"), false));
        loopback.until(() -> log.contains("data over a pipe"));
        assertThat(connection.info().directRemoteAddress()).isEqualTo(pipe);
        server.close();
    }

    @Test
    void theReasonIsTheSystemsOwnWords() {
        assertThat(
                        Connector.systemReason(
                                new IOException(
                                        "finishConnect(..) failed with error(-111): Connection"
                                                + " refused: /127.0.0.1:1")))
                .isEqualTo("Connection refused");
        assertThat(Connector.systemReason(new IOException("Connection refused: /127.0.0.1:1")))
                .isEqualTo("Connection refused");
        assertThat(Connector.systemReason(new IOException())).isEqualTo("IOException");
    }

    private static ConnectOptions from(List<LocalAddresses.Local> local, ConnectOptions other) {
        return new ConnectOptions(
                5_000_000_000L, 0, new LocalAddresses(local), null, other.filters(), null, null);
    }

    @Test
    void aSocketHasTheOptionsOfItsLocalAddress() throws Exception {
        assumeThat(engine.supportsSocketOptions()).isTrue();
        SocketOption priority = SocketOption.of("", 1, 12, 4, SocketState.STATE_PREBIND);
        Address.Ip v4 = new Address.Ip(InetAddress.getByName("127.0.0.1"), 0);
        ConnectOptions options =
                from(
                        List.of(
                                new LocalAddresses.Local(
                                        v4, List.of(SocketOption.freebind(false), priority))),
                        recording());
        try (ServerSocket server = listen()) {
            SocketConnection connection = connect(address(server), options);
            int descriptor =
                    loopback.onWorker(() ->
                            ((io.netty.channel.unix.UnixChannel) connection.channel())
                                    .fd()
                                    .intValue());
            var socket = new io.netty.channel.unix.Socket(descriptor);
            assertThat(socket.getIntOpt(1, 12)).isEqualTo(4);
            assertThat(socket.getIntOpt(0, 15)).isEqualTo(1);
        }
    }

    @Test
    void theLocalAddressIsThatOfTheHostsFamily() throws Exception {
        Address.Ip v6 = new Address.Ip(InetAddress.getByName("::1"), 0);
        Address.Ip v4 = new Address.Ip(InetAddress.getByName("127.0.0.2"), 0);
        ConnectOptions options =
                from(
                        List.of(
                                new LocalAddresses.Local(v6, List.of()),
                                new LocalAddresses.Local(v4, List.of())),
                        recording());
        try (ServerSocket server = listen()) {
            connect(address(server), options);
            try (Socket peer = server.accept()) {
                assertThat(peer.getInetAddress()).isEqualTo(v4.address());
            }
        }
    }

    @Test
    void anOptionThatCannotBeSetFailsTheConnection() throws Exception {
        SocketOption wrong = SocketOption.of("wrong", 6, 9999, 1, SocketState.STATE_PREBIND);
        ConnectOptions options =
                from(List.of(new LocalAddresses.Local(null, List.of(wrong))), recording());
        try (ServerSocket server = listen()) {
            SocketConnection connection = connect(address(server), options);
            loopback.until(() -> log.contains("destroy"));
            assertThat(connection.info().transportFailureReason())
                    .contains("setting socket option `wrong` (level 6, name 9999) failed");
        }
    }
}
