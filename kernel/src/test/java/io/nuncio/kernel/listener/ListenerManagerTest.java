package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

class ListenerManagerTest extends ListenersFixture {
    @Test
    void aListenerServesItsFilterChainAndCounts() throws Exception {
        start("name: 'ingress' stat_prefix: 'in' " + LOOPBACK + ECHO);
        assertThat(stat("listener_manager.listener_added")).isEqualTo(1);
        assertThat(stat("listener_manager.listener_create_success")).isEqualTo(2);
        assertThat(stat("listener_manager.total_listeners_active")).isEqualTo(1);
        assertThat(stat("listener_manager.workers_started")).isEqualTo(1);
        try (Socket client = client("ingress")) {
            assertThat(echo(client, "hello")).isEqualTo("hello");
            assertThat(stat("listener.in.downstream_cx_total")).isEqualTo(1);
            assertThat(stat("listener.in.downstream_cx_active")).isEqualTo(1);
            assertThat(manager.connections()).isEqualTo(1);
        }
        until(() -> stat("listener.in.downstream_cx_destroy") == 1);
        assertThat(stat("listener.in.downstream_cx_active")).isZero();
        assertThat(
                        stat("listener.in.worker_0.downstream_cx_total")
                                + stat("listener.in.worker_1.downstream_cx_total"))
                .isEqualTo(1);
    }

    @Test
    void statisticsAreRootedAtTheAddressUnlessThereIsAPrefix() throws Exception {
        start("name: 'ingress' " + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            echo(client, "x");
            assertThat(stat("listener.127.0.0.1_0.downstream_cx_total")).isEqualTo(1);
        }
    }

    @Test
    void theBoundAddressHasThePortThatTheSystemChose() throws Exception {
        start("name: 'ingress' " + LOOPBACK + ECHO);
        Address.Ip address = (Address.Ip) manager.address("ingress");
        assertThat(address.port()).isPositive();
        assertThat(manager.listeners())
                .singleElement()
                .satisfies(status -> {
                    assertThat(status.name()).isEqualTo("ingress");
                    assertThat(status.addresses()).containsExactly(address);
                    assertThat(status.draining()).isFalse();
                });
        assertThat(manager.address("unknown")).isNull();
    }

    @Test
    void aListenerWithoutANameGetsOne() throws Exception {
        start(LOOPBACK + ECHO);
        assertThat(manager.listeners().getFirst().name()).hasSize(36);
    }

    @Test
    void aPortInUseFailsTheStartWithOneLineAndClosesTheOthers() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            manager.load(
                    List.of(
                            listener("name: 'first' " + LOOPBACK + ECHO),
                            listener(
                                    "name: 'second' address { socket_address { address: '127.0.0.1'"
                                            + " port_value: "
                                            + taken.getLocalPort()
                                            + " } } "
                                            + ECHO)),
                    problems);
            assertThatThrownBy(() -> manager.start())
                    .isInstanceOf(ListenerStartFailure.class)
                    .hasMessage(
                            "error adding listener 'second': cannot bind 127.0.0.1:"
                                    + taken.getLocalPort()
                                    + ": Address already in use");
            assertThat(manager.started()).isFalse();
            assertThat(stat("listener_manager.listener_create_failure")).isEqualTo(1);
            until(() -> refused("first"));
        }
    }

    @Test
    void withoutReusePortOneSocketFeedsAllWorkers() throws Exception {
        start(
                "name: 'ingress' stat_prefix: 'in' enable_reuse_port { value: false } "
                        + LOOPBACK
                        + ECHO);
        for (int i = 0; i < 4; i++) {
            try (Socket client = client("ingress")) {
                assertThat(echo(client, "x")).isEqualTo("x");
            }
        }
        assertThat(stat("listener.in.worker_0.downstream_cx_total")).isEqualTo(2);
        assertThat(stat("listener.in.worker_1.downstream_cx_total")).isEqualTo(2);
    }

    @Test
    void workersListenOnTheirOwnSocketsWithoutBeingAsked() throws Exception {
        assumeThat(loops.main().engine().supportsReusePort()).isTrue();
        start(
                "name: 'default' stat_prefix: 'default' " + LOOPBACK + ECHO,
                "name: 'old' stat_prefix: 'old' reuse_port: true " + LOOPBACK + ECHO);
        for (String name : List.of("default", "old")) {
            for (int i = 0; i < 40; i++) {
                try (Socket client = client(name)) {
                    assertThat(echo(client, "x")).isEqualTo("x");
                }
            }
            assertThat(stat("listener." + name + ".worker_0.downstream_cx_total")).isPositive();
            assertThat(stat("listener." + name + ".worker_1.downstream_cx_total")).isPositive();
        }
    }

    @Test
    void aListenerThatDoesNotBindListensNowhere() throws Exception {
        start("name: 'hidden' bind_to_port { value: false } " + LOOPBACK + ECHO);
        assertThat(manager.address("hidden")).isEqualTo(FakeConnectionInfo.ip("127.0.0.1", 0));
    }

    @Test
    void aListenerCanListenOnAPipe(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        start("name: 'pipe' address { pipe { path: '" + path + "' mode: 384 } } " + ECHO);
        try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            client.connect(UnixDomainSocketAddress.of(path));
            client.write(ByteBuffer.wrap("hi".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(2);
            while (answer.hasRemaining() && client.read(answer) >= 0) {
                assertThat(answer.position()).isLessThanOrEqualTo(2);
            }
            assertThat(new String(answer.array(), StandardCharsets.US_ASCII)).isEqualTo("hi");
        }
        assertThat(java.nio.file.Files.getPosixFilePermissions(path))
                .containsExactlyInAnyOrder(
                        java.nio.file.attribute.PosixFilePermission.OWNER_READ,
                        java.nio.file.attribute.PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void theFilterChainThatMatchesServes() throws Exception {
        start(
                "name: 'ingress' "
                        + LOOPBACK
                        + "filter_chains { filter_chain_match { source_prefix_ranges {"
                        + " address_prefix: '127.0.0.2' prefix_len { value: 32 } } }"
                        + " filters { name: 'hello' } }"
                        + "default_filter_chain { filters { name: 'other' } }");
        Address.Ip address = (Address.Ip) manager.address("ingress");
        try (Socket special = new Socket();
                Socket other = client("ingress")) {
            special.bind(new java.net.InetSocketAddress("127.0.0.2", 0));
            special.connect(new java.net.InetSocketAddress(address.address(), address.port()));
            assertThat(readAll(special)).isEqualTo("hello");
            assertThat(readAll(other)).isEqualTo("other");
        }
    }

    @Test
    void aConnectionThatNoChainMatchesIsClosedCountedAndLogged() throws Exception {
        start(
                "name: 'ingress' stat_prefix: 'in' access_log { name: 'log' } "
                        + LOOPBACK
                        + "filter_chains { filter_chain_match { destination_port { value: 1 } }"
                        + " filters { name: 'echo' } }");
        try (Socket client = client("ingress")) {
            assertThat(readAll(client)).isEmpty();
        }
        assertThat(stat("listener.in.no_filter_chain_match")).isEqualTo(1);
        assertThat(stat("listener.in.downstream_cx_total")).isZero();
        assertThat(accessLog).containsExactly(" [NR] filter_chain_not_found");
    }

    @Test
    void aChainWithoutFiltersClosesTheConnection() throws Exception {
        start("name: 'ingress' " + LOOPBACK + "filter_chains {}");
        try (Socket client = client("ingress")) {
            assertThat(readAll(client)).isEmpty();
        }
    }

    @Test
    void theAccessLogIsWrittenWhenAConnectionEnds() throws Exception {
        start("name: 'ingress' access_log { name: 'log' } " + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            echo(client, "x");
            assertThat(accessLog).isEmpty();
        }
        until(() -> accessLog.equals(List.of("main [] null")));
        assertThat(accessLog).hasSize(1);
    }

    @Test
    void aConnectionKnowsTheMetadataOfItsListenerAndItsChain() throws Exception {
        extensions.put(
                "hello",
                template(stream ->
                        new Echo(stream) {
                            @Override
                            public void onEvent(io.nuncio.spi.ConnectionEvent event) {
                                var info = stream.connection().info();
                                log.add(
                                        value(info.listenerMetadata())
                                                + " "
                                                + value(info.filterChainMetadata()));
                            }
                        }));
        start(
                "name: 'ingress' metadata { filter_metadata { key: 'ns' value { fields { key: 'k'"
                        + " value { string_value: 'listener' } } } } } "
                        + LOOPBACK
                        + "filter_chains { metadata { filter_metadata { key: 'ns' value { fields {"
                        + " key: 'k' value { string_value: 'chain' } } } } } filters { name:"
                        + " 'hello' } }");
        echo(client("ingress"), "x");
        assertThat(log).containsExactly("listener chain");
    }

    private static String value(io.envoyproxy.envoy.config.core.v3.Metadata metadata) {
        return metadata.getFilterMetadataOrThrow("ns").getFieldsOrThrow("k").getStringValue();
    }

    // Listener filters.

    /// Waits for a line, takes it away, and says by it how to go on.
    private final class LineFilter implements ListenerFilter {
        private final io.nuncio.spi.AcceptedSocket socket;

        LineFilter(io.nuncio.spi.AcceptedSocket socket) {
            this.socket = socket;
        }

        @Override
        public Outcome onAccept() {
            log.add("accept");
            return Outcome.STOP;
        }

        @Override
        public int maxBytes() {
            return 16;
        }

        @Override
        public Outcome onData(Buffer peeked) {
            int end = peeked.indexOf((byte) '\n', 0);
            if (end < 0) {
                return peeked.length() < 16 ? Outcome.STOP : Outcome.CLOSE;
            }
            String line = peeked.toString(StandardCharsets.US_ASCII, end);
            log.add("line " + line);
            if (line.startsWith("tls ")) {
                socket.transportProtocol("tls");
                socket.requestedServerName(line.substring(4));
            }
            if (line.startsWith("!")) {
                throw new IllegalStateException("expected by the test");
            }
            peeked.drain(end + 1);
            return Outcome.CONTINUE;
        }

        @Override
        public void onDestroy() {
            log.add("destroyed");
        }
    }

    private static final String LINE_FILTER = "listener_filters { name: 'line' } ";

    private void useLineFilter() {
        extensions.put("line", (ListenerFilterTemplate) LineFilter::new);
    }

    @Test
    void aListenerFilterSeesTheFirstBytesAndTheRestGoesOn() throws Exception {
        useLineFilter();
        start("name: 'ingress' stat_prefix: 'in' " + LINE_FILTER + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            client.getOutputStream().write("fir".getBytes(StandardCharsets.US_ASCII));
            until(() -> stat("listener.in.downstream_pre_cx_active") == 1);
            client.getOutputStream().write("st\nrest".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(4))).isEqualTo("rest");
            assertThat(stat("listener.in.downstream_pre_cx_active")).isZero();
            assertThat(stat("listener.in.downstream_cx_total")).isEqualTo(1);
            assertThat(log).containsExactly("accept", "line first", "destroyed", "CONNECTED");
        }
    }

    @Test
    void whatAListenerFilterDetectsChoosesTheFilterChain() throws Exception {
        useLineFilter();
        start(
                "name: 'ingress' "
                        + LINE_FILTER
                        + LOOPBACK
                        + "filter_chains { filter_chain_match { server_names: 'a.example'"
                        + " transport_protocol: 'tls' } filters { name: 'hello' } }"
                        + "filter_chains { filters { name: 'other' } }");
        try (Socket named = client("ingress");
                Socket plain = client("ingress")) {
            named.getOutputStream().write("tls A.example\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readAll(named)).isEqualTo("hello");
            plain.getOutputStream().write("\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readAll(plain)).isEqualTo("other");
        }
    }

    /// Asks for one byte more each time, until there is a line.
    private static final class GrowingFilter implements ListenerFilter {
        private int wanted = 1;

        @Override
        public Outcome onAccept() {
            return Outcome.STOP;
        }

        @Override
        public int maxBytes() {
            return wanted;
        }

        @Override
        public Outcome onData(Buffer peeked) {
            wanted = peeked.length() + 1;
            if (peeked.indexOf((byte) '\n', 0) < 0) {
                return Outcome.STOP;
            }
            peeked.clear();
            return Outcome.CONTINUE;
        }
    }

    @Test
    void aListenerFilterThatAsksForMoreSeesWhatIsAlreadyThere() throws Exception {
        extensions.put("growing", (ListenerFilterTemplate) socket -> new GrowingFilter());
        start("name: 'ingress' listener_filters { name: 'growing' } " + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            client.getOutputStream().write("line\nrest".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(4))).isEqualTo("rest");
        }
    }

    @Test
    void aListenerFilterMayBeDisabledForSomeSockets() throws Exception {
        useLineFilter();
        start(
                "name: 'ingress' listener_filters { name: 'line' filter_disabled {"
                        + " destination_port_range { start: 1 end: 65536 } } } "
                        + LOOPBACK
                        + ECHO);
        try (Socket client = client("ingress")) {
            assertThat(echo(client, "x")).isEqualTo("x");
        }
        assertThat(log).doesNotContain("accept").contains("destroyed");
    }

    @Test
    void aListenerFilterSeesNoMoreThanItAskedFor() throws Exception {
        useLineFilter();
        start("name: 'ingress' " + LINE_FILTER + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            client.getOutputStream()
                    .write("0123456789abcdefg\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        } catch (java.net.SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        until(() -> log.contains("destroyed"));
        assertThat(log).containsExactly("accept", "destroyed");
    }

    @Test
    void aSlowListenerFilterIsTimedOut() throws Exception {
        useLineFilter();
        start(
                "name: 'ingress' stat_prefix: 'in' listener_filters_timeout { nanos: 20000000 } "
                        + LINE_FILTER
                        + LOOPBACK
                        + ECHO);
        try (Socket client = client("ingress")) {
            assertThat(readAll(client)).isEmpty();
        }
        until(() -> stat("listener.in.downstream_pre_cx_timeout") == 1);
        assertThat(stat("listener.in.downstream_cx_total")).isZero();
    }

    @Test
    void afterATimeoutTheConnectionGoesOnIfTheListenerSaysSo() throws Exception {
        useLineFilter();
        start(
                "name: 'ingress' stat_prefix: 'in' listener_filters_timeout { nanos: 20000000 }"
                        + " continue_on_listener_filters_timeout: true "
                        + LINE_FILTER
                        + LOOPBACK
                        + ECHO);
        try (Socket client = client("ingress")) {
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().read()).isEqualTo('x');
        }
        assertThat(stat("listener.in.downstream_pre_cx_timeout")).isEqualTo(1);
        assertThat(stat("listener.in.downstream_cx_total")).isEqualTo(1);
    }

    @Test
    void aPeerThatLeavesDuringTheListenerFiltersIsCounted() throws Exception {
        useLineFilter();
        start(
                "name: 'ingress' stat_prefix: 'in' access_log { name: 'log' } "
                        + LINE_FILTER
                        + LOOPBACK
                        + ECHO);
        client("ingress").close();
        until(() -> stat("listener.in.downstream_listener_filter_remote_close") == 1);
        until(() -> stat("listener.in.downstream_pre_cx_active") == 0);
        assertThat(log).containsExactly("accept", "destroyed");
        assertThat(accessLog).hasSize(1);
    }

    @Test
    void aListenerFilterThatThrowsHarmsItsOwnSocketOnly() throws Exception {
        useLineFilter();
        start("name: 'ingress' stat_prefix: 'in' " + LINE_FILTER + LOOPBACK + ECHO);
        try (Socket bad = client("ingress");
                Socket good = client("ingress")) {
            bad.getOutputStream().write("!\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(readAll(bad)).isEmpty();
            good.getOutputStream().write("\nx".getBytes(StandardCharsets.US_ASCII));
            assertThat(good.getInputStream().read()).isEqualTo('x');
        }
        until(() -> stat("listener.in.downstream_listener_filter_error") == 1);
    }

    @Test
    void aListenerFilterThatThrowsAtItsEndLeavesNoSocketBehind() throws Exception {
        extensions.put(
                "line",
                (ListenerFilterTemplate)
                        socket ->
                                new ListenerFilter() {
                                    @Override
                                    public Outcome onAccept() {
                                        return Outcome.CLOSE;
                                    }

                                    @Override
                                    public void onDestroy() {
                                        log.add("destroyed");
                                        throw new IllegalStateException("expected by the test");
                                    }
                                });
        start(
                "name: 'ingress' stat_prefix: 'in' listener_filters { name: 'line' }"
                        + " listener_filters { name: 'line' } "
                        + LOOPBACK
                        + ECHO);
        assertThat(ended(client("ingress"))).isTrue();
        until(() -> log.size() == 2);
        until(() -> stat("listener.in.downstream_pre_cx_active") == 0);
        CountDownLatch empty = new CountDownLatch(1);
        onMain(() -> {
            manager.close(empty::countDown);
            return true;
        });
        assertThat(empty.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aMatcherThatFailsChoosesNoFilterChain() throws Exception {
        start("name: 'ingress' stat_prefix: 'in' filter_chain_matcher {} " + LOOPBACK + ECHO);
        assertThat(ended(client("ingress"))).isTrue();
        until(() -> stat("listener.in.no_filter_chain_match") == 1);
        assertThat(stat("listener.in.downstream_cx_total")).isZero();
    }

    @Test
    void aListenerFilterCanWaitForSomethingElseThanBytes() throws Exception {
        List<io.nuncio.spi.AcceptedSocket> waiting = new CopyOnWriteArrayList<>();
        extensions.put(
                "line",
                (ListenerFilterTemplate)
                        socket ->
                                new ListenerFilter() {
                                    @Override
                                    public Outcome onAccept() {
                                        waiting.add(socket);
                                        return Outcome.STOP;
                                    }
                                });
        start("name: 'ingress' " + LINE_FILTER + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            client.getOutputStream().write('x');
            until(() -> !waiting.isEmpty());
            assertThat(manager.connections()).isZero();
            waiting.getFirst().worker().post(() -> waiting.getFirst().resume(true));
            assertThat(client.getInputStream().read()).isEqualTo('x');
        }
    }

    // Transport sockets.

    /// Adds one to each byte on its way out and takes it off on its way in, after a first `H`.
    private static final class ShiftingSocket implements TransportSocket {
        private final TransportSocketContext context;
        private boolean ready;

        ShiftingSocket(TransportSocketContext context) {
            this.context = context;
        }

        @Override
        public void onTransportConnected() {}

        @Override
        public Progress read(Buffer wire, Buffer plain, boolean endStream) {
            if (!ready && !wire.isEmpty()) {
                if (wire.getByte(0) != 'H') {
                    return Progress.FAILED;
                }
                wire.drain(1);
                ready = true;
                context.connected();
            }
            if (ready) {
                shift(wire, plain, -1);
            }
            return Progress.OPEN;
        }

        @Override
        public Progress write(Buffer plain, Buffer wire, boolean endStream) {
            if (ready) {
                shift(plain, wire, 1);
            }
            return Progress.OPEN;
        }

        private static void shift(Buffer from, Buffer to, int by) {
            byte[] bytes = from.toByteArray();
            from.clear();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] += (byte) by;
            }
            to.append(bytes);
        }

        @Override
        public @Nullable String failureReason() {
            return ready ? null : "not an H";
        }
    }

    private static final String SHIFTED =
            "filter_chains { transport_socket { name: 'shift' } filters { name: 'echo' } }";

    private void useShiftingSocket() {
        extensions.put("shift", (TransportSocketTemplate) ShiftingSocket::new);
    }

    @Test
    void bytesPassTheTransportSocketBothWays() throws Exception {
        useShiftingSocket();
        start("name: 'ingress' " + LOOPBACK + SHIFTED);
        try (Socket client = client("ingress")) {
            client.getOutputStream().write("Hbcd".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(client.getInputStream().readNBytes(3))).isEqualTo("bcd");
            assertThat(log).containsExactly("CONNECTED");
        }
    }

    @Test
    void aTransportSocketThatFailsClosesTheConnection() throws Exception {
        useShiftingSocket();
        start("name: 'ingress' " + LOOPBACK + SHIFTED);
        try (Socket client = client("ingress")) {
            client.getOutputStream().write("x".getBytes(StandardCharsets.US_ASCII));
            assertThat(readAll(client)).isEmpty();
        }
        until(() -> !log.isEmpty());
        assertThat(log).containsExactly("REMOTE_CLOSE");
    }

    @Test
    void aHandshakeThatTakesTooLongIsEndedAndCounted() throws Exception {
        useShiftingSocket();
        String hasty =
                SHIFTED.replace(
                        " filters",
                        " transport_socket_connect_timeout { nanos: 50000000 } filters");
        start("name: 'ingress' stat_prefix: 'in' " + LOOPBACK + hasty);
        try (Socket client = client("ingress")) {
            assertThat(readAll(client)).isEmpty();
        }
        until(() ->
                stat("listener.in.downstream_cx_transport_socket_connect_timeout") == 1
                        && stat("listener.in.downstream_cx_active") == 0);
        assertThat(log).containsExactly("LOCAL_CLOSE");
    }

    // Draining and the end.

    @Test
    void eachExtensionGetsItsOwnConfiguration() throws Exception {
        useLineFilter();
        useShiftingSocket();
        start(
                "name: 'ingress' "
                        + LOOPBACK
                        + "listener_filters { name: 'line' typed_config { type_url: 'a/line' } }"
                        + " filter_chains { transport_socket { name: 'shift' typed_config {"
                        + " type_url: 'a/shift' } } filters { name: 'echo' typed_config {"
                        + " type_url: 'a/echo' } } }");
        assertThat(configurations)
                .hasSize(3)
                .allSatisfy(
                        (name, config) -> assertThat(config.getTypeUrl()).isEqualTo("a/" + name));
    }

    @Test
    void drainingTellsEachConnectionOnceAndGoesOnListening() throws Exception {
        start("name: 'ingress' " + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            echo(client, "x");
            manager.drain(false, false);
            manager.drain(false, false);
            until(() -> log.contains("drain"));
            assertThat(echo(client, "y")).isEqualTo("y");
            assertThat(manager.listeners().getFirst().draining()).isTrue();
            try (Socket late = client("ingress")) {
                assertThat(echo(late, "z")).isEqualTo("z");
            }
        }
        assertThat(log).containsOnlyOnce("drain");
    }

    @Test
    void aGradualDrainTellsTheConnectionsOneAfterTheOther() throws Exception {
        manager = manager(new DrainSettings(200_000_000, false));
        start("name: 'ingress' " + LOOPBACK + ECHO);
        try (Socket one = client("ingress");
                Socket two = client("ingress")) {
            echo(one, "x");
            echo(two, "x");
            manager.drain(false, false);
            until(() -> log.stream().filter("drain"::equals).count() == 2);
        }
        assertThat(log).contains("drain");
    }

    @Test
    void onlyInboundListenersCanBeDrainedAndStopped() throws Exception {
        start(
                "name: 'in' traffic_direction: INBOUND " + LOOPBACK + ECHO,
                "name: 'out' traffic_direction: OUTBOUND " + LOOPBACK + ECHO);
        manager.drain(true, true);
        manager.stopListening(true);
        assertThat(manager.listeners())
                .extracting(ListenerManager.Status::name)
                .containsExactly("out");
        assertThat(manager.listeners().getFirst().draining()).isFalse();
        try (Socket client = client("out")) {
            assertThat(echo(client, "x")).isEqualTo("x");
        }
        until(() -> stat("listener_manager.listener_stopped") == 1);
    }

    @Test
    void aStoppedListenerRefusesConnectionsAndKeepsThoseItHas() throws Exception {
        start("name: 'ingress' " + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            echo(client, "x");
            CompletableFuture<Boolean> empty = new CompletableFuture<>();
            manager.stopListening(false);
            manager.whenNoConnections(() -> empty.complete(true));
            until(() -> stat("listener_manager.listener_stopped") == 1);
            assertThat(refused("ingress")).as("once it is counted as stopped").isTrue();
            assertThat(echo(client, "y")).isEqualTo("y");
            assertThat(empty).isNotDone();
            client.close();
            assertThat(empty.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingEndsTheConnectionsAndThenLetsGoOfTheExtensions() throws Exception {
        CompletableFuture<String> closedOn = new CompletableFuture<>();
        extensions.put(
                "echo",
                new NetworkFilterTemplate() {
                    @Override
                    public NetworkFilter create(NetworkStream stream) {
                        return new Echo(stream);
                    }

                    @Override
                    public boolean terminal() {
                        return true;
                    }

                    @Override
                    public void close() {
                        log.add("template closed");
                        closedOn.complete(Thread.currentThread().getName());
                    }
                });
        start("name: 'ingress' stat_prefix: 'in' " + LOOPBACK + ECHO);
        try (Socket client = client("ingress")) {
            echo(client, "x");
            manager.close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(closedOn.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("main");
        until(() -> store.findCounter("listener.in.downstream_cx_total") == null);
        assertThat(log).containsExactly("CONNECTED", "LOCAL_CLOSE", "template closed");
    }

    // What is wrong with a listener.

    @Test
    void whatIsWrongIsReportedWithItsPlace() {
        assertThat(
                        load(
                                "name: 'a' address { socket_address { address: 'localhost' } } "
                                        + ECHO,
                                "name: 'b' " + ECHO,
                                "name: 'c' " + LOOPBACK,
                                "name: 'd' "
                                        + LOOPBACK
                                        + "filter_chains { filters { name: 'unknown' } }",
                                "name: 'e' "
                                        + LOOPBACK
                                        + "filter_chains { filters { name: 'echo' }"
                                        + " filters { name: 'hello' } }",
                                "name: 'f' address { socket_address { protocol: UDP"
                                        + " address: '127.0.0.1' } } "
                                        + ECHO,
                                "name: 'g' " + LOOPBACK + ECHO + ECHO))
                .containsExactly(
                        "[0].address.socket_address.address: was `localhost`, expected an IP"
                                + " address",
                        "[1].address: address is necessary",
                        "[2].filter_chains: no filter chains specified",
                        "[3].filter_chains[0].filters[0]: no extension is called `unknown`",
                        "[4].filter_chains[0].filters[0]: terminal filter named echo must be the"
                                + " last filter in a network filter chain",
                        "[5].address.socket_address.protocol: UDP listeners are not supported yet",
                        "[6].filter_chains[1].filter_chain_match: has the same matching rules as"
                                + " filter_chains[0]");
        assertThat(stat("listener_manager.listener_create_failure")).isEqualTo(7);
    }

    @Test
    void aChainWhoseLastFilterDoesNotConsumeIsReported() {
        extensions.put("passing", (NetworkFilterTemplate) stream -> new NetworkFilter() {});
        assertThat(load("name: 'a' " + LOOPBACK + "filter_chains { filters { name: 'passing' } }"))
                .containsExactly(
                        "[0].filter_chains[0].filters[0]: non-terminal filter named passing is the"
                                + " last filter in a network filter chain");
    }

    @Test
    void twoListenersOnOneAddressAreReported() {
        String address = "address { socket_address { address: '127.0.0.1' port_value: 81 } } ";
        assertThat(load("name: 'a' " + address + ECHO, "name: 'b' " + address + ECHO))
                .containsExactly(
                        "[1].address: has duplicate address '127.0.0.1:81' as existing listener"
                                + " 'a'");
    }

    @Test
    void matchingByServerNameWithoutAListenerFilterIsWarnedAbout() {
        assertThat(
                        load(
                                "name: 'a' "
                                        + LOOPBACK
                                        + "filter_chains { filter_chain_match { server_names:"
                                        + " 'a.example' } filters { name: 'echo' } }"))
                .containsExactly(
                        "[0].filter_chains[0].filter_chain_match.server_names: no listener filter"
                                + " detects server names");
        assertThat(problems.none()).isTrue();
    }

    @Test
    void aSecondListenerOfTheSameNameIsIgnoredAsInEnvoy() {
        assertThat(load("name: 'a' " + LOOPBACK + ECHO, "name: 'a' " + LOOPBACK + ECHO))
                .containsExactly(
                        "[1].name: a listener of this name comes before; this one is ignored");
        assertThat(manager.listeners()).hasSize(1);
    }
}
