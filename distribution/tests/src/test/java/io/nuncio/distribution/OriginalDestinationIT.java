package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nuncio.testkit.ClosedPort;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/// `use_original_dst` with the filter that finds where a connection was meant to go. A transparent
/// socket's own address is that, so no rule of a firewall is needed to see it work.
class OriginalDestinationIT {
    private static final int CAP_NET_ADMIN = 12;
    private static final InetAddress ANY = InetAddress.ofLiteral("0.0.0.0");
    private final FakeUpstream front = FakeUpstream.answering("front");
    private final FakeUpstream two = FakeUpstream.answering("two");

    @AfterEach
    void stop() {
        front.close();
        two.close();
    }

    private static String listener(String name, String address, int port, String more) {
        return """
          - name: %1$s
            stat_prefix: %1$s
            address: { socket_address: { address: %2$s, port_value: %3$d } }
            %4$s
            filter_chains:
            - filters:
              - name: envoy.filters.network.tcp_proxy
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                  stat_prefix: %1$s
                  cluster: %1$s
        """
                .formatted(name, address, port, more);
    }

    private static String cluster(String name, FakeUpstream upstream) {
        return """
          - name: %1$s
            load_assignment:
              cluster_name: %1$s
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %2$d } } }
        """
                .formatted(name, upstream.port());
    }

    private NuncioServer start(int port, String frontOptions) throws Exception {
        return NuncioServer.start(
                Distribution.HOME.resolve("bundles"),
                "static_resources:\n  listeners:\n"
                        + listener("front", "0.0.0.0", port, frontOptions)
                        + listener("two", "127.0.0.2", port, "bind_to_port: false")
                        + "  clusters:\n"
                        + cluster("front", front)
                        + cluster("two", two));
    }

    private static String answer(String address, int port) throws IOException {
        InetAddress ip = InetAddress.getByName(address);
        try (RawClient client = RawClient.connect(new InetSocketAddress(ip, port))) {
            return client.exchange("GET / HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
        }
    }

    private static boolean mayBeTransparent() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapEff:"))
                .anyMatch(line ->
                        (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> CAP_NET_ADMIN & 1)
                                == 1);
    }

    @Test
    void aTransparentListenerHandsOverWhatIsMeantForAnother() throws Exception {
        assumeThat(mayBeTransparent()).as("has CAP_NET_ADMIN").isTrue();
        try (ClosedPort held = ClosedPort.take(ANY);
                NuncioServer server = start(held.port(), TRANSPARENT)) {
            assertThat(answer("127.0.0.2", held.port())).isEqualTo("two");
            assertThat(answer("127.0.0.1", held.port())).isEqualTo("front");
            assertThat(server.stat("listener.two.downstream_cx_total")).isEqualTo(1);
            assertThat(server.stat("listener.front.downstream_cx_total")).isEqualTo(1);
        }
    }

    private static final String TRANSPARENT = "transparent: true\n    use_original_dst: true";

    @Test
    void whatWasNotRedirectedStays() throws Exception {
        try (ClosedPort held = ClosedPort.take(ANY);
                NuncioServer server = start(held.port(), "use_original_dst: true")) {
            assertThat(answer("127.0.0.2", held.port())).isEqualTo("front");
            assertThat(server.stat("listener.two.downstream_cx_total")).isZero();
        }
    }
}
