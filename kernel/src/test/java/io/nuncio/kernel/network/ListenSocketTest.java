package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.nuncio.spi.Address;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

class ListenSocketTest {
    private final Loopback loopback = new Loopback(IoEngine.preferred(), 2);

    @AfterEach
    void stop() throws Exception {
        loopback.close();
    }

    private static String echo(Socket client) throws Exception {
        client.getOutputStream().write('x');
        return new String(client.getInputStream().readNBytes(1));
    }

    @Test
    void aPortInUseIsSaidInOneLine() throws Exception {
        ListenSocket first = loopback.serve(0);
        assertThatThrownBy(() ->
                        ListenSocket.bind(loopback.worker, first.address(), ListenOptions.DEFAULT))
                .isInstanceOf(BindFailure.class)
                .hasMessage("cannot bind " + first.address() + ": Address already in use");
    }

    @Test
    void anAddressThatIsNotOursIsSaidInOneLine() throws Exception {
        Address.Ip foreign = new Address.Ip(InetAddress.getByName("192.0.2.1"), 0);
        assertThatThrownBy(() -> ListenSocket.bind(loopback.worker, foreign, ListenOptions.DEFAULT))
                .isInstanceOf(BindFailure.class)
                .hasMessage("cannot bind 192.0.2.1:0: Cannot assign requested address");
    }

    @Test
    void connectionsWaitUntilTheSocketAccepts() throws Exception {
        ListenSocket socket =
                ListenSocket.bind(loopback.worker, Loopback.anyPort(), ListenOptions.DEFAULT);
        try (Socket client = loopback.client(socket)) {
            client.getOutputStream().write('x');
            loopback.doOnWorker(() -> {});
            assertThat(loopback.accepted).isEmpty();
            loopback.accept(socket, 0, null, EchoFilter::new);
            assertThat(client.getInputStream().read()).isEqualTo('x');
        }
        socket.close();
    }

    @Test
    void aClosedSocketRefusesConnections() throws Exception {
        ListenSocket socket = loopback.serve(0);
        socket.close();
        loopback.doOnWorker(() -> {});
        assertThatThrownBy(() -> loopback.client(socket)).isInstanceOf(ConnectException.class);
    }

    @Test
    void workersShareAPortAndEachServesWhatItAccepted() throws Exception {
        assumeThat(loopback.worker.engine().supportsReusePort()).isTrue();
        ListenOptions shared = new ListenOptions(0, true, 0, false);
        ListenSocket first = ListenSocket.bind(loopback.worker, Loopback.anyPort(), shared);
        ListenSocket second =
                ListenSocket.bind(loopback.loops.workers().get(1), first.address(), shared);
        assertThat(second.address()).isEqualTo(first.address());
        loopback.accept(first, 0, null, EchoFilter::new);
        loopback.accept(second, 0, null, EchoFilter::new);
        Set<Integer> served = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            try (Socket client = loopback.client(first)) {
                assertThat(echo(client)).isEqualTo("x");
                served.add(loopback.nextAccepted().worker().index());
            }
        }
        assertThat(served).containsExactlyInAnyOrder(0, 1);
        first.close();
        second.close();
    }

    @Test
    void anotherLoopCanOwnWhatOneAccepts() throws Exception {
        WorkerLoop other = loopback.loops.workers().get(1);
        ListenSocket socket =
                ListenSocket.bind(loopback.worker, Loopback.anyPort(), ListenOptions.DEFAULT);
        socket.accept(
                new ListenSocket.Acceptor() {
                    @Override
                    public WorkerLoop owner(WorkerLoop acceptedOn) {
                        return other;
                    }

                    @Override
                    public void accepted(AcceptedChannel channel) {
                        SocketConnection connection =
                                SocketConnection.accepted(channel, loopback.owner, 0);
                        loopback.accepted.add(connection);
                        connection.start(
                                java.util.List.of(EchoFilter::new),
                                null,
                                null,
                                new io.nuncio.spi.Buffer());
                    }
                });
        try (Socket client = loopback.client(socket)) {
            assertThat(echo(client)).isEqualTo("x");
            assertThat(loopback.nextAccepted().worker()).isSameAs(other);
        }
        socket.close();
    }

    @Test
    void aSocketCanBeMadeFromAFileDescriptorThatListensAlready() throws Exception {
        assumeThat(IoEngine.EPOLL.available()).isTrue();
        ListenSocket original =
                ListenSocket.bind(loopback.worker, Loopback.anyPort(), ListenOptions.DEFAULT);
        int copy = original.descriptor(); // as if another process had handed it over
        ListenSocket adopted =
                ListenSocket.adopt(loopback.loops.workers().get(1), copy, ListenOptions.DEFAULT);
        assertThat(adopted.address()).isEqualTo(original.address());
        loopback.accept(adopted, 0, null, EchoFilter::new);
        try (Socket client = loopback.client(adopted)) {
            assertThat(echo(client)).isEqualTo("x");
            assertThat(loopback.nextAccepted().worker().index()).isEqualTo(1);
        }
        adopted.close();
    }

    @Test
    void anIpv6SocketTakesIpv4OnlyIfItIsToldTo() throws Exception {
        Address.Ip any = new Address.Ip(InetAddress.getByName("::"), 0);
        assumeThat(IoEngine.EPOLL.available()).isTrue();
        ListenSocket strict = ListenSocket.bind(loopback.worker, any, ListenOptions.DEFAULT);
        ListenSocket compatible =
                ListenSocket.bind(loopback.worker, any, new ListenOptions(0, false, 0, true));
        loopback.accept(compatible, 0, null, EchoFilter::new);
        try (Socket refused = new Socket();
                Socket client = new Socket()) {
            assertThatThrownBy(() -> refused.connect(v4(strict)))
                    .isInstanceOf(ConnectException.class);
            client.connect(v4(compatible));
            assertThat(echo(client)).isEqualTo("x");
        }
        strict.close();
        compatible.close();
    }

    // Options, read back from the system.

    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVBUF = 8;
    private static final int SO_PRIORITY = 12;
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_FASTOPEN = 23;
    private static final int TCP_USER_TIMEOUT = 18;
    private static final int SO_KEEPALIVE = 9;
    private static final int TCP_KEEPIDLE = 4;

    private ListenSocket bind(SocketOption... options) throws BindFailure {
        return ListenSocket.bind(
                loopback.worker,
                Loopback.anyPort(),
                ListenOptions.DEFAULT.with(java.util.List.of(options)));
    }

    private static int read(ListenSocket socket, int level, int name) throws Exception {
        return new io.netty.channel.unix.Socket(socket.descriptor()).getIntOpt(level, name);
    }

    private static SocketOption option(int level, int name, int value, SocketState state) {
        return SocketOption.of("", level, name, value, state);
    }

    @Test
    void optionsAreSetInEveryState() throws Exception {
        assumeThat(loopback.worker.engine().listensInSteps()).isTrue();
        ListenSocket socket =
                bind(
                        option(SOL_SOCKET, SO_PRIORITY, 3, SocketState.STATE_PREBIND),
                        option(IPPROTO_TCP, TCP_USER_TIMEOUT, 1234, SocketState.STATE_BOUND),
                        SocketOption.fastOpen(17));
        assertThat(read(socket, SOL_SOCKET, SO_PRIORITY)).isEqualTo(3);
        assertThat(read(socket, IPPROTO_TCP, TCP_USER_TIMEOUT)).isEqualTo(1234);
        assertThat(read(socket, IPPROTO_TCP, TCP_FASTOPEN)).isEqualTo(17);
        loopback.accept(socket, 0, null, EchoFilter::new);
        try (Socket client = loopback.client(socket)) {
            assertThat(echo(client)).isEqualTo("x");
        }
        socket.close();
    }

    @Test
    void anOptionMayBeGivenByItsBytes() throws Exception {
        assumeThat(loopback.worker.engine().supportsSocketOptions()).isTrue();
        ListenSocket socket =
                bind(
                        new SocketOption(
                                "",
                                SOL_SOCKET,
                                SO_PRIORITY,
                                com.google.protobuf.ByteString.copyFrom(
                                        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                                                ? new byte[] {5, 0, 0, 0}
                                                : new byte[] {0, 0, 0, 5}),
                                SocketState.STATE_PREBIND));
        assertThat(read(socket, SOL_SOCKET, SO_PRIORITY)).isEqualTo(5);
        socket.close();
    }

    @Test
    void whatIsAcceptedHasTheKeepaliveOfTheListeningSocket() throws Exception {
        assumeThat(loopback.worker.engine().supportsSocketOptions()).isTrue();
        ListenSocket socket =
                bind(
                        option(SOL_SOCKET, SO_KEEPALIVE, 1, SocketState.STATE_PREBIND),
                        option(IPPROTO_TCP, TCP_KEEPIDLE, 77, SocketState.STATE_PREBIND));
        CompletableFuture<Integer> accepted = new CompletableFuture<>();
        socket.accept(channel ->
                accepted.complete(
                        ((io.netty.channel.unix.UnixChannel) channel.channel()).fd().intValue()));
        try (Socket client = loopback.client(socket)) {
            assertThat(client.isConnected()).isTrue();
            var peer = new io.netty.channel.unix.Socket(accepted.get(10, TimeUnit.SECONDS));
            assertThat(peer.getIntOpt(SOL_SOCKET, SO_KEEPALIVE)).isEqualTo(1);
            assertThat(peer.getIntOpt(IPPROTO_TCP, TCP_KEEPIDLE)).isEqualTo(77);
        }
        socket.close();
    }

    @Test
    void freebindAndTransparentAreOptionsOfTheAddressFamily() throws Exception {
        assumeThat(loopback.worker.engine().supportsSocketOptions()).isTrue();
        ListenSocket v4 = bind(SocketOption.freebind(false));
        assertThat(read(v4, 0, 15)).isEqualTo(1);
        ListenSocket v6 =
                ListenSocket.bind(
                        loopback.worker,
                        new Address.Ip(InetAddress.getByName("::1"), 0),
                        ListenOptions.DEFAULT.with(java.util.List.of(SocketOption.freebind(true))));
        assertThat(read(v6, 41, 78)).isEqualTo(1);
        v4.close();
        v6.close();
    }

    @Test
    void transparentIsSetOrRefusedByName() throws Exception {
        assumeThat(loopback.worker.engine().supportsSocketOptions()).isTrue();
        try {
            ListenSocket socket = bind(SocketOption.transparent(false));
            assertThat(read(socket, 0, 19)).isEqualTo(1);
            socket.close();
        } catch (BindFailure withoutTheRight) {
            assertThat(withoutTheRight)
                    .hasMessage(
                            "cannot bind 127.0.0.1:0: setting socket option `transparent` (level"
                                    + " 0, name 19) failed: Operation not permitted");
        }
    }

    @Test
    void anOptionThatTheSystemRefusesIsNamed() {
        assumeThat(loopback.worker.engine().supportsSocketOptions()).isTrue();
        assertThatThrownBy(() -> bind(option(IPPROTO_TCP, 9999, 1, SocketState.STATE_LISTENING)))
                .isInstanceOf(BindFailure.class)
                .hasMessage(
                        "cannot bind 127.0.0.1:0: setting socket option level 6, name 9999 failed:"
                                + " Protocol not available");
    }

    @Test
    void aSocketThatListensInStepsSaysWhyItCannotBind() throws Exception {
        assumeThat(loopback.worker.engine().listensInSteps()).isTrue();
        ListenSocket first = loopback.serve(0);
        assertThatThrownBy(() ->
                        ListenSocket.bind(
                                loopback.worker,
                                first.address(),
                                ListenOptions.DEFAULT.with(
                                        java.util.List.of(
                                                option(
                                                        SOL_SOCKET,
                                                        SO_RCVBUF,
                                                        1,
                                                        SocketState.STATE_BOUND)))))
                .isInstanceOf(BindFailure.class)
                .hasMessage("cannot bind " + first.address() + ": Address already in use");
    }

    private static java.net.InetSocketAddress v4(ListenSocket socket) {
        return new java.net.InetSocketAddress("127.0.0.1", ((Address.Ip) socket.address()).port());
    }
}
