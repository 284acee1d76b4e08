package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// `use_original_dst`: listeners that serve what others accept.
class HandOverTest extends ListenersFixture {
    private static final String FRONT =
            "name: 'front' stat_prefix: 'front' use_original_dst { value: true } "
                    + LOOPBACK
                    + "filter_chains { filters { name: 'other' } } ";

    /// What the filter says that the peer meant to connect to; empty for nothing.
    private String destination = "10.0.0.1";

    HandOverTest() {
        extensions.put(
                "envoy.filters.listener.original_dst",
                (ListenerFilterTemplate) OriginalDestination::new);
    }

    private final class OriginalDestination implements ListenerFilter {
        private final AcceptedSocket socket;

        OriginalDestination(AcceptedSocket socket) {
            this.socket = socket;
        }

        @Override
        public Outcome onAccept() {
            if (!destination.isEmpty()) {
                socket.info().localAddress(FakeConnectionInfo.ip(destination, 81));
            }
            return Outcome.CONTINUE;
        }
    }

    private static String behind(String name, String address, String filter, String more) {
        return "name: '"
                + name
                + "' stat_prefix: '"
                + name
                + "' bind_to_port {} address { socket_address { address: '"
                + address
                + "' port_value: 81 } } "
                + more
                + "filter_chains { filters { name: '"
                + filter
                + "' } } ";
    }

    @Test
    void aSocketGoesToTheListenerOfItsOriginalDestination() throws Exception {
        start(
                FRONT,
                behind("any", "0.0.0.0", "echo", ""),
                behind("exact", "10.0.0.1", "hello", ""));
        try (Socket client = client("front")) {
            assertThat(readAll(client)).isEqualTo("hello");
        }
        until(() -> stat("listener.exact.downstream_cx_destroy") == 1);
        assertThat(stat("listener.exact.downstream_cx_total")).isEqualTo(1);
        assertThat(stat("listener.front.downstream_cx_total")).isZero();
        assertThat(stat("listener.front.downstream_pre_cx_active")).isZero();
        assertThat(stat("listener.any.downstream_cx_total")).isZero();
    }

    @Test
    void theListenerOfAllAddressesServesWhatNoOtherHas() throws Exception {
        start(
                FRONT,
                behind("any", "0.0.0.0", "echo", ""),
                behind("exact", "10.0.0.2", "hello", ""));
        try (Socket client = client("front")) {
            assertThat(echo(client, "x")).isEqualTo("x");
        }
        assertThat(stat("listener.any.downstream_cx_total")).isEqualTo(1);
    }

    @Test
    void withoutAListenerForItTheSocketStays() throws Exception {
        start(FRONT, behind("exact", "10.0.0.2", "hello", ""));
        assertThat(readAll(client("front"))).isEqualTo("other");
    }

    @Test
    void aSocketThatWasNotRedirectedStays() throws Exception {
        destination = "";
        start(FRONT, behind("any", "0.0.0.0", "hello", ""));
        assertThat(readAll(client("front"))).isEqualTo("other");
    }

    @Test
    void aListenerThatDoesNotHandOverKeepsWhatWasRedirected() throws Exception {
        start(
                "name: 'front' listener_filters { name: 'envoy.filters.listener.original_dst' } "
                        + LOOPBACK
                        + "filter_chains { filters { name: 'other' } } ",
                behind("any", "0.0.0.0", "hello", ""));
        assertThat(readAll(client("front"))).isEqualTo("other");
    }

    @Test
    void aSocketIsHandedOverOnceOnly() throws Exception {
        start(FRONT, behind("exact", "10.0.0.1", "hello", "use_original_dst { value: true } "));
        assertThat(readAll(client("front"))).isEqualTo("hello");
    }

    /// Waits for a line and leaves it where it is.
    private final class Peeking implements ListenerFilter {
        private final String name;
        private final AcceptedSocket socket;

        Peeking(String name, AcceptedSocket socket) {
            this.name = name;
            this.socket = socket;
        }

        @Override
        public Outcome onAccept() {
            return Outcome.STOP;
        }

        @Override
        public int maxBytes() {
            return 64;
        }

        @Override
        public Outcome onData(Buffer peeked) {
            int end = peeked.indexOf((byte) '\n', 0);
            if (end < 0) {
                return Outcome.STOP;
            }
            log.add(name + " " + peeked.toString(StandardCharsets.US_ASCII, end));
            socket.requestedServerName("Peeked.Example");
            return Outcome.CONTINUE;
        }
    }

    @Test
    void theFiltersOfTheOtherListenerSeeWhatTheFirstOnesSaw() throws Exception {
        extensions.put("front", (ListenerFilterTemplate) socket -> new Peeking("front", socket));
        extensions.put("behind", (ListenerFilterTemplate) socket -> new Peeking("behind", socket));
        start(
                "listener_filters { name: 'front' } " + FRONT,
                behind("any", "0.0.0.0", "echo", "listener_filters { name: 'behind' } "));
        try (Socket client = client("front")) {
            assertThat(echo(client, "one\ntwo")).isEqualTo("one\ntwo");
        }
        assertThat(log).startsWith("front one", "behind one");
        until(() -> stat("listener.any.downstream_pre_cx_active") == 0);
    }

    @Test
    void whatTheFirstFiltersFoundChoosesTheOtherListenersChain() throws Exception {
        extensions.put("front", (ListenerFilterTemplate) socket -> new Peeking("front", socket));
        manager.load(
                java.util.List.of(
                        listener("listener_filters { name: 'front' } " + FRONT),
                        listener(
                                "name: 'any' stat_prefix: 'any' bind_to_port {} address {"
                                        + " socket_address { address: '0.0.0.0' port_value: 81 } }"
                                        + " filter_chains { filter_chain_match { server_names:"
                                        + " 'peeked.example' } filters { name: 'hello' } }")),
                problems);
        manager.start();
        try (Socket client = client("front")) {
            client.getOutputStream().write("x\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(5))).isEqualTo("hello");
        }
    }

    @Test
    void withoutAMatchingChainTheOtherListenerCounts() throws Exception {
        start(
                FRONT,
                "name: 'any' stat_prefix: 'any' bind_to_port {} address { socket_address {"
                        + " address: '0.0.0.0' port_value: 81 } } filter_chains {"
                        + " filter_chain_match { destination_port { value: 1 } }"
                        + " filters { name: 'echo' } }");
        assertThat(readAll(client("front"))).isEmpty();
        assertThat(stat("listener.any.no_filter_chain_match")).isEqualTo(1);
        assertThat(stat("listener.front.no_filter_chain_match")).isZero();
    }

    @Test
    void whatIsHandedOverIsBalancedAnewIfTheOtherListenerSaysSo() throws Exception {
        start(
                FRONT + "enable_reuse_port {} ",
                behind(
                        "any",
                        "0.0.0.0",
                        "echo",
                        "connection_balance_config { exact_balance {} } "));
        for (int i = 0; i < 8; i++) {
            assertThat(echo(client("front"), "x")).isEqualTo("x");
        }
        assertThat(stat("listener.any.worker_0.downstream_cx_active")).isEqualTo(4);
        assertThat(stat("listener.any.worker_1.downstream_cx_active")).isEqualTo(4);
    }

    @Test
    void aSocketThatMovesToAnotherWorkerKeepsWhatCameAlready() throws Exception {
        extensions.put("behind", (ListenerFilterTemplate) socket -> new Peeking("behind", socket));
        start(
                "listener_filters { name: 'behind' } " + FRONT,
                behind(
                        "any",
                        "0.0.0.0",
                        "echo",
                        "connection_balance_config { exact_balance {} } "));
        for (int i = 0; i < 8; i++) {
            assertThat(echo(client("front"), "line\nmore")).isEqualTo("line\nmore");
        }
        assertThat(stat("listener.any.worker_0.downstream_cx_active")).isEqualTo(4);
        assertThat(stat("listener.any.worker_1.downstream_cx_active")).isEqualTo(4);
    }

    @Test
    void withoutTheFilterThatFindsTheDestinationTheListenerIsRefused() {
        extensions.remove("envoy.filters.listener.original_dst");
        assertThat(load(FRONT))
                .containsExactly(
                        "[0].use_original_dst: no extension is called"
                                + " `envoy.filters.listener.original_dst`");
    }

    @Test
    void theOlderFieldForTheProxyProtocolStandsForItsFilter() throws Exception {
        extensions.put(
                "envoy.filters.listener.proxy_protocol",
                (ListenerFilterTemplate) socket -> new Peeking("proxy protocol", socket));
        start(
                "name: 'front' "
                        + LOOPBACK
                        + "filter_chains { use_proxy_proto { value: true } filters { name: 'echo' }"
                        + " } ");
        try (Socket client = client("front")) {
            assertThat(echo(client, "line\nx")).isEqualTo("line\nx");
        }
        assertThat(log).startsWith("proxy protocol line");
    }
}
