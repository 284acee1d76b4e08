package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/// What becomes of connections when a listener of LDS changes.
class ListenerUpdateTest extends ListenersFixture {
    /// For clients at 127.0.0.2.
    private static final String SPECIAL =
            "filter_chains { name: 'special' filter_chain_match { source_prefix_ranges {"
                    + " address_prefix: '127.0.0.2' prefix_len { value: 32 } } } filters { name:"
                    + " '%s' } } ";

    private static final String MAIN = "filter_chains { name: 'main' filters { name: '%s' } } ";
    private static final String DEFAULT =
            "default_filter_chain { name: 'default' filters { name: '%s' } } ";

    ListenerUpdateTest() {
        extensions.put("first", new Logged("first", false));
        extensions.put("second", new Logged("second", false));
        extensions.put("third", new Logged("third", true));
        extensions.put("fourth", new Logged("fourth", true));
    }

    /// Echoes, and says when it is let go of.
    private final class Logged implements NetworkFilterTemplate {
        private final String name;
        private final boolean handsOver;

        Logged(String name, boolean handsOver) {
            this.name = name;
            this.handsOver = handsOver;
        }

        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new Echo(stream);
        }

        @Override
        public boolean terminal() {
            return true;
        }

        @Override
        public boolean accepts(NetworkFilterTemplate successor) {
            return handsOver && successor instanceof Logged other && other.handsOver;
        }

        @Override
        public void handOver(NetworkFilterTemplate successor, Runnable done) {
            log.add(name + " hands over");
            done.run();
        }

        @Override
        public void close() {
            log.add(name + " closed");
        }
    }

    private boolean update(String version, String text) throws Exception {
        return onMain(() ->
                manager.dynamic()
                        .addOrUpdate(
                                listener("name: 'in' stat_prefix: 'in' " + LOOPBACK + text),
                                version,
                                problems));
    }

    private void begin(String text) throws Exception {
        start();
        assertThat(update("1", text)).isTrue();
    }

    private Socket special() throws IOException {
        io.nuncio.spi.Address.Ip address = (io.nuncio.spi.Address.Ip) manager.address("in");
        Socket client = new Socket();
        open.add(client);
        client.bind(new InetSocketAddress("127.0.0.2", 0));
        client.connect(new InetSocketAddress(address.address(), address.port()));
        return client;
    }

    @Test
    void onlyTheConnectionsOfTheChangedChainDrain() throws Exception {
        begin(SPECIAL.formatted("first") + MAIN.formatted("second"));
        Socket kept = special();
        Socket drained = client("in");
        echo(kept, "x");
        echo(drained, "x");

        assertThat(update("2", SPECIAL.formatted("first") + MAIN.formatted("hello"))).isTrue();
        assertThat(ended(drained)).isTrue();
        assertThat(echo(kept, "y")).isEqualTo("y");
        assertThat(readAll(client("in"))).isEqualTo("hello");
        assertThat(echo(special(), "z")).isEqualTo("z");
        until(() -> log.contains("second closed"));
        assertThat(log).doesNotContain("first closed");
        assertThat(stat("listener_manager.listener_in_place_updated")).isEqualTo(1);
        assertThat(stat("listener_manager.listener_modified")).isEqualTo(1);
        assertThat(stat("listener_manager.total_listeners_draining")).isZero();
        until(() -> stat("listener_manager.total_filter_chains_draining") == 0);
        until(() -> stat("listener_manager.listener_create_success") == 4);
        assertThat(manager.configDump().getDynamicListeners(0).getActiveState().getVersionInfo())
                .isEqualTo("2");
    }

    @Test
    void whileAChainDrainsItIsCounted() throws Exception {
        manager = manager(new DrainSettings(60_000_000_000L, true));
        begin(MAIN.formatted("first"));
        Socket draining = client("in");
        echo(draining, "x");
        update("2", MAIN.formatted("second"));
        assertThat(stat("listener_manager.total_filter_chains_draining")).isEqualTo(1);
        assertThat(echo(draining, "y")).as("until it closes itself").isEqualTo("y");
        draining.close();
        until(() -> stat("listener_manager.total_filter_chains_draining") == 0);
    }

    @Test
    void aChainWhoseFiltersHandOverKeepsItsConnections() throws Exception {
        begin(MAIN.formatted("third") + DEFAULT.formatted("third"));
        Socket kept = client("in");
        echo(kept, "x");
        update("2", MAIN.formatted("fourth") + DEFAULT.formatted("fourth"));
        until(() -> log.contains("third closed"));
        assertThat(log).containsSubsequence("third hands over", "third closed");
        assertThat(echo(kept, "y")).isEqualTo("y");
        assertThat(stat("listener_manager.listener_in_place_updated")).isEqualTo(1);
        assertThat(stat("listener_manager.total_filter_chains_draining")).isZero();
    }

    @Test
    void aChangeOfTheMatchDrainsEvenIfTheFiltersWouldHandOver() throws Exception {
        begin(SPECIAL.formatted("third") + MAIN.formatted("first"));
        Socket drained = special();
        Socket kept = client("in");
        echo(drained, "x");
        echo(kept, "x");
        update(
                "2",
                SPECIAL.formatted("fourth").replace("127.0.0.2", "127.0.0.3")
                        + MAIN.formatted("first"));
        assertThat(ended(drained)).isTrue();
        assertThat(echo(kept, "y")).isEqualTo("y");
    }

    @Test
    void chainsMayComeAndGo() throws Exception {
        begin(MAIN.formatted("first") + DEFAULT.formatted("hello"));
        Socket kept = client("in");
        echo(kept, "x");
        update("2", SPECIAL.formatted("second") + MAIN.formatted("first"));
        Socket special = special();
        assertThat(echo(special, "x")).isEqualTo("x");
        update("3", MAIN.formatted("first"));
        assertThat(ended(special)).isTrue();
        assertThat(echo(special(), "x")).isEqualTo("x");
        assertThat(echo(kept, "y")).isEqualTo("y");
        until(() -> log.contains("second closed"));
        assertThat(stat("listener_manager.listener_in_place_updated")).isEqualTo(2);
    }

    @Test
    void aTransportSocketThatDidNotChangeIsKept() throws Exception {
        extensions.put("socket", new LoggedSocket());
        String chain = MAIN.replace("filters {", "transport_socket { name: 'socket' } filters {");
        begin(chain.formatted("first"));
        Socket drained = client("in");
        echo(drained, "x");
        update("2", chain.formatted("second"));
        assertThat(ended(drained)).isTrue();
        until(() -> log.contains("first closed"));
        assertThat(log).doesNotContain("socket closed");
        assertThat(echo(client("in"), "y")).isEqualTo("y");

        update("3", MAIN.formatted("second"));
        until(() -> log.contains("socket closed"));
        assertThat(log).containsOnlyOnce("socket closed");
    }

    private final class LoggedSocket implements TransportSocketTemplate {
        @Override
        public TransportSocket create(TransportSocketContext context) {
            return new TransportSocket() {
                @Override
                public void onTransportConnected() {
                    context.connected();
                }

                @Override
                public Progress read(
                        io.nuncio.spi.Buffer wire, io.nuncio.spi.Buffer plain, boolean end) {
                    wire.moveTo(plain);
                    return Progress.OPEN;
                }

                @Override
                public Progress write(
                        io.nuncio.spi.Buffer plain, io.nuncio.spi.Buffer wire, boolean end) {
                    plain.moveTo(wire);
                    return Progress.OPEN;
                }
            };
        }

        @Override
        public void close() {
            log.add("socket closed");
        }
    }

    @Test
    void anUpdateThatIsWrongChangesNothing() throws Exception {
        begin(MAIN.formatted("first"));
        Socket kept = client("in");
        echo(kept, "x");
        Problems before = problems;
        assertThat(update("2", MAIN.formatted("first") + SPECIAL.formatted("unknown"))).isFalse();
        assertThat(before.all())
                .extracting(Object::toString)
                .containsExactly("filter_chains[1].filters[0]: no extension is called `unknown`");
        assertThat(echo(kept, "y")).isEqualTo("y");
        assertThat(log).doesNotContain("first closed");
        assertThat(stat("listener_manager.listener_create_failure")).isEqualTo(1);
        assertThat(stat("listener_manager.listener_in_place_updated")).isZero();
    }

    @Test
    void anythingElseMakesANewListenerOnTheSameSockets() throws Exception {
        begin(MAIN.formatted("first"));
        Socket drained = client("in");
        echo(drained, "x");
        var address = manager.address("in");
        update("2", "listener_filters_timeout { seconds: 3 } " + MAIN.formatted("first"));
        assertThat(ended(drained)).isTrue();
        assertThat(manager.address("in")).isEqualTo(address);
        assertThat(echo(client("in"), "y")).isEqualTo("y");
        assertThat(stat("listener_manager.listener_in_place_updated")).isZero();
        until(() -> stat("listener_manager.total_listeners_draining") == 0);
    }

    @Test
    void anotherAddressIsBoundAnewAndTheOldOneRefuses() throws Exception {
        begin(MAIN.formatted("first"));
        Socket drained = client("in");
        echo(drained, "x");
        var before = (io.nuncio.spi.Address.Ip) manager.address("in");
        onMain(() ->
                manager.dynamic()
                        .addOrUpdate(
                                listener(
                                        "name: 'in' stat_prefix: 'in' address { socket_address {"
                                            + " address: '127.0.0.1' port_value: 0 } }"
                                            + " additional_addresses { address { socket_address {"
                                            + " address: '::1' port_value: 0 } } } "
                                                + MAIN.formatted("first")),
                                "2",
                                problems));
        assertThat(ended(drained)).isTrue();
        assertThat(manager.address("in")).isNotEqualTo(before);
        assertThat(echo(client("in"), "y")).isEqualTo("y");
        until(() -> {
            try (Socket late = new Socket()) {
                late.connect(new InetSocketAddress(before.address(), before.port()));
                return false;
            } catch (IOException refused) {
                return true;
            }
        });
    }
}
