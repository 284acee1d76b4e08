package io.nuncio.kernel.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nuncio.spi.Address;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

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

    private static java.net.InetSocketAddress v4(ListenSocket socket) {
        return new java.net.InetSocketAddress("127.0.0.1", ((Address.Ip) socket.address()).port());
    }
}
