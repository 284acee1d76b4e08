package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nuncio.kernel.network.IoEngine;
import io.nuncio.spi.Address;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Where listeners listen.
class ListenerAddressesTest extends ListenersFixture {
    private static final String ANY_V4_PORT =
            "address { socket_address { address: '127.0.0.1' port_value: 0 } }";
    private static final String ANY_V6_PORT =
            "address { socket_address { address: '::1' port_value: 0 } }";

    private static String additional(String address) {
        return "additional_addresses { " + address + " } ";
    }

    private List<Address> addresses() {
        return manager.listeners().getFirst().addresses();
    }

    private Socket connect(Address address, String from) throws IOException {
        Address.Ip to = (Address.Ip) address;
        Socket socket = new Socket();
        open.add(socket);
        if (!from.isEmpty()) {
            socket.bind(new InetSocketAddress(from, 0));
        }
        socket.connect(new InetSocketAddress(to.address(), to.port()));
        return socket;
    }

    @Test
    void aListenerServesAllItsAddressesAndEachPortIsShown() throws Exception {
        start(
                "name: 'many' stat_prefix: 'many' "
                        + LOOPBACK
                        + additional(ANY_V4_PORT)
                        + additional(ANY_V6_PORT)
                        + ECHO);
        List<Address> addresses = addresses();
        assertThat(addresses).hasSize(3).doesNotHaveDuplicates();
        assertThat(addresses)
                .allSatisfy(address -> assertThat(((Address.Ip) address).port()).isPositive());
        for (Address address : addresses) {
            assertThat(echo(connect(address, ""), "x")).isEqualTo("x");
        }
        assertThat(stat("listener.many.downstream_cx_total")).isEqualTo(3);
    }

    @Test
    void ifOneAddressIsTakenTheListenerHasNone() throws Exception {
        Socket other = new Socket();
        open.add(other);
        other.bind(new InetSocketAddress("127.0.0.1", 0));
        manager.load(
                List.of(
                        listener(
                                "name: 'many' "
                                        + LOOPBACK
                                        + additional(
                                                "address { socket_address { address: '127.0.0.1'"
                                                        + " port_value: "
                                                        + other.getLocalPort()
                                                        + " } }")
                                        + ECHO)),
                problems);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> manager.start())
                .hasMessage(
                        "error adding listener 'many': cannot bind 127.0.0.1:"
                                + other.getLocalPort()
                                + ": Address already in use");
        assertThat(manager.started()).isFalse();
    }

    @Test
    void aListenerMayNotHaveAnothersAdditionalAddress() {
        String both = "address { socket_address { address: '127.0.0.1' port_value: 82 } } ";
        assertThat(
                        load(
                                "name: 'a' " + LOOPBACK + additional(both) + ECHO,
                                "name: 'b' " + both + ECHO))
                .containsExactly(
                        "[1].address: has duplicate address '127.0.0.1:82' as existing listener"
                                + " 'a'");
    }

    @Test
    void ofTwoListenersThatDoNotBindNoneMayHaveTheOthersAddress() {
        String address = "bind_to_port {} " + LOOPBACK;
        assertThat(load("name: 'a' " + address + ECHO, "name: 'b' " + address + ECHO))
                .containsExactly(
                        "[1].address: has duplicate address '127.0.0.1:0' as existing listener"
                                + " 'a'");
    }

    @Test
    void bothFamiliesAreServedByOneSocketAndIpv4IsShownAsSuch() throws Exception {
        assumeThat(IoEngine.preferred().supportsSocketOptions()).isTrue();
        start(
                "name: 'dual' address { socket_address { address: '::' port_value: 0 ipv4_compat:"
                        + " true } } "
                        + "filter_chains { filter_chain_match { source_prefix_ranges {"
                        + " address_prefix: '127.0.0.1' prefix_len { value: 32 } } }"
                        + " filters { name: 'hello' } }"
                        + "default_filter_chain { filters { name: 'other' } }");
        int port = ((Address.Ip) addresses().getFirst()).port();
        Address v4 = FakeConnectionInfo.ip("127.0.0.1", port);
        Address v6 = FakeConnectionInfo.ip("::1", port);
        assertThat(readAll(connect(v4, "127.0.0.1"))).isEqualTo("hello");
        assertThat(readAll(connect(v6, "::1"))).isEqualTo("other");
    }

    @Test
    void anAddressThatThisMachineDoesNotHaveCanBeBoundFreely() throws Exception {
        assumeThat(IoEngine.preferred().supportsSocketOptions()).isTrue();
        start(
                "name: 'free' freebind { value: true } address { socket_address { address:"
                        + " '192.0.2.1' port_value: 0 } } "
                        + additional(
                                "address { socket_address { address: '2001:db8::1' port_value: 0 }"
                                        + " }")
                        + ECHO);
        assertThat(addresses())
                .allSatisfy(address -> assertThat(((Address.Ip) address).port()).isPositive());
    }

    @Test
    void aPipeMayLiveInTheAbstractNameSpace(@TempDir Path directory) throws Exception {
        assumeThat(IoEngine.preferred().supportsAbstractPipes()).isTrue();
        String name = "@nuncio-" + directory.getFileName();
        Path path = directory.resolve("socket");
        start(
                "name: 'pipe' address { pipe { path: '"
                        + name
                        + "' } } "
                        + additional("address { pipe { path: '" + path + "' mode: 384 } }")
                        + ECHO);
        assertThat(addresses()).hasToString("[" + name + ", " + path + "]");
        assertThat(java.nio.file.Files.readAllLines(Path.of("/proc/net/unix")))
                .anyMatch(line -> line.endsWith(" " + name));
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap("h".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(1);
            assertThat(client.read(answer)).isEqualTo(1);
        }
    }
}
