package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nuncio.spi.Address;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.concurrent.locks.LockSupport;

/// Listeners of LDS that change, go or end while they warm, or whose address is not to be had.
class ListenerWarmingTest extends ListenersFixture {
    private static final String CHAIN = "filter_chains { filters { name: '%s' } } ";

    private final Warming slow = Warming.of(new Closing("slow"));
    private final Warming slower = Warming.of(new Closing("slower"));

    ListenerWarmingTest() {
        extensions.put("fast", new Closing("fast"));
        extensions.put("slow", slow);
        extensions.put("slower", slower);
    }

    /// Echoes, and says when it is let go of.
    private final class Closing implements NetworkFilterTemplate {
        private final String name;

        Closing(String name) {
            this.name = name;
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
        public void close() {
            log.add(name + " closed");
        }
    }

    private boolean update(String name, String more) throws Exception {
        return update(name, 0, more);
    }

    private boolean update(String name, int port, String more) throws Exception {
        return onMain(() -> changed(name, port, more));
    }

    private boolean changed(String name, int port, String more) {
        String text =
                "name: '%1$s' stat_prefix: '%1$s' address { socket_address { address: '127.0.0.1'"
                        + " port_value: %2$d } } %3$s";
        return manager.dynamic()
                .addOrUpdate(listener(text.formatted(name, port, more)), "1", problems);
    }

    private void ready(Warming warming, int compilation) throws Exception {
        onMain(() -> {
            warming.targets().get(compilation).ready();
            return true;
        });
    }

    private long manager(String stat) {
        return stat("listener_manager." + stat);
    }

    /// Differs in more than filter chains.
    private static String another(String chain) {
        return "listener_filters_timeout { seconds: 3 } " + CHAIN.formatted(chain);
    }

    @Test
    void twoListenersThatWarmCannotHaveOneAddress() throws Exception {
        start();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(update("first", port, CHAIN.formatted("slow"))).isTrue();
        assertThat(update("second", port, CHAIN.formatted("slow"))).isFalse();
        assertThat(problems.all())
                .extracting(Object::toString)
                .containsExactly(
                        "address: has duplicate address '127.0.0.1:"
                                + port
                                + "' as existing listener 'first'");
        assertThat(manager("listener_create_failure")).isEqualTo(1);
        assertThat(manager("total_listeners_warming")).isEqualTo(1);
    }

    @Test
    void whatIsChangedBackWhileItWarmsGoesOnAsItIs() throws Exception {
        start();
        update("in", CHAIN.formatted("fast"));
        Socket client = client("in");
        echo(client, "x");
        update("in", another("slow"));
        assertThat(manager("total_listeners_warming")).isEqualTo(1);

        assertThat(update("in", CHAIN.formatted("fast"))).isTrue();
        assertThat(manager("total_listeners_warming")).isZero();
        assertThat(manager("listener_modified")).isEqualTo(2);
        assertThat(manager("listener_in_place_updated")).isZero();
        assertThat(log).contains("slow closed").doesNotContain("fast closed");
        ready(slow, 0);
        assertThat(echo(client, "y")).isEqualTo("y");
        assertThat(manager("total_listeners_draining")).isZero();
    }

    @Test
    void ofTwoChangesTheLastServes() throws Exception {
        start();
        update("in", CHAIN.formatted("fast"));
        Socket client = client("in");
        echo(client, "x");
        update("in", another("slow"));
        update("in", another("slower"));
        assertThat(manager("total_listeners_warming")).isEqualTo(1);
        assertThat(log).contains("slow closed");
        ready(slow, 0);
        assertThat(log).doesNotContain("fast closed");
        ready(slower, 0);
        assertThat(ended(client)).isTrue();
        assertThat(echo(client("in"), "y")).isEqualTo("y");
        assertThat(manager("total_listeners_warming")).isZero();
        assertThat(manager("total_listeners_active")).isEqualTo(1);
        until(() -> log.contains("fast closed"));
        assertThat(log).doesNotContain("slower closed");
    }

    @Test
    void aListenerThatIsRemovedWhileItWarmsNeverServes() throws Exception {
        start();
        update("in", CHAIN.formatted("slow"));
        assertThat(onMain(() -> manager.dynamic().removeAddedViaApi("in"))).isTrue();
        assertThat(log).containsExactly("slow closed");
        ready(slow, 0);
        assertThat(manager.address("in")).isNull();
        assertThat(manager("total_listeners_warming")).isZero();
        assertThat(manager("total_listeners_active")).isZero();
        assertThat(manager("listener_removed")).isEqualTo(1);
        assertThat(manager("listener_create_success")).isZero();
    }

    @Test
    void anAddressThatAnotherProcessHasIsReportedAndTheOldListenerGoesOn() throws Exception {
        start();
        update("in", CHAIN.formatted("fast"));
        Socket client = client("in");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            update("in", taken.getLocalPort(), CHAIN.formatted("fast"));
            String reason =
                    "cannot bind 127.0.0.1:" + taken.getLocalPort() + ": Address already in use";
            assertThat(problems.all())
                    .extracting(Object::toString)
                    .containsExactly("address: " + reason);
            assertThat(onMain(() -> manager.configDump()).getDynamicListeners(0).getErrorState())
                    .satisfies(state -> {
                        assertThat(state.getDetails()).isEqualTo(reason);
                        assertThat(state.hasFailedConfiguration()).isTrue();
                        assertThat(state.hasLastUpdateAttempt()).isTrue();
                    });
            assertThat(echo(client, "x")).isEqualTo("x");
            assertThat(manager("listener_create_failure")).isEqualTo(1);
        }
        Address.Ip before = (Address.Ip) manager.address("in");
        assertThat(before.port()).isPositive();
        assertThat(manager("total_listeners_warming")).isZero();
        assertThat(manager("total_listeners_active")).isEqualTo(1);
    }

    @Test
    void aListenerWhoseAddressWasTakenMayComeAgain() throws Exception {
        start();
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            update("in", port, CHAIN.formatted("fast"));
            assertThat(manager.address("in")).isNull();
        }
        onMain(() -> {
            manager.dynamic().beginUpdate();
            return true;
        });
        assertThat(update("in", port, CHAIN.formatted("fast"))).isTrue();
        assertThat(echo(client("in"), "x")).isEqualTo("x");
        assertThat(manager.configDump().getDynamicListeners(0).hasErrorState()).isFalse();
    }

    @Test
    void aUnixSocketOfTheSamePathTakesThePlaceOfTheOneBefore(@TempDir Path folder)
            throws Exception {
        Path path = folder.resolve("socket");
        start();
        String text = "name: 'in' address { pipe { path: '%s' mode: %d } } " + CHAIN;
        int created = 0;
        for (int mode : new int[] {0600, 0660}) {
            String given = text.formatted(path, mode, "fast");
            assertThat(onMain(() -> manager.dynamic().addOrUpdate(listener(given), "1", problems)))
                    .isTrue();
            assertThat(problems.all()).isEmpty();
            created += 2; // one for each worker
            long expected = created;
            until(() -> manager("listener_create_success") == expected);
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(path));
                client.write(ByteBuffer.wrap(new byte[] {'x'}));
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(1);
            }
        }
        assertThat(Files.getPosixFilePermissions(path)).contains(PosixFilePermission.GROUP_WRITE);
        until(() -> log.contains("fast closed"));
    }

    @Test
    void anAddressThatIsNotSharedMayChangeItsOptionsButNotWhetherItIsShared() throws Exception {
        start();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String alone = "enable_reuse_port { value: false } ";
        assertThat(update("in", port, alone + CHAIN.formatted("fast"))).isTrue();
        String other = alone + "tcp_backlog_size { value: 7 } " + CHAIN.formatted("fast");
        assertThat(update("in", port, other)).isTrue();
        assertThat(problems.all()).isEmpty();
        assertThat(echo(client("in"), "x")).isEqualTo("x");

        assertThat(update("in", port, CHAIN.formatted("fast"))).isFalse();
        assertThat(problems.all())
                .extracting(Object::toString)
                .containsExactly("address: reuse port cannot be changed during an update");
        assertThat(echo(client("in"), "x")).isEqualTo("x");
    }

    private static final String OPTION =
            "socket_options { level: 1 name: 12 int_value: %d state: STATE_BOUND } ";

    /// It closes sockets a little late.
    private void keepTheWorkerBusy() {
        loops.workers().getFirst().post(() -> LockSupport.parkNanos(20_000_000));
    }

    @Test
    void anOptionOfTheBoundSocketMayChangeThoughThereCanBeOneSocketOnly() throws Exception {
        assumeThat(loops.main().engine().listensInSteps()).isTrue();
        start();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String alone = "enable_reuse_port { value: false } " + CHAIN.formatted("fast");
        for (int priority = 1; priority <= 3; priority++) {
            keepTheWorkerBusy();
            assertThat(update("in", port, alone + OPTION.formatted(priority))).isTrue();
            assertThat(problems.all()).isEmpty();
            assertThat(echo(client("in"), "x")).isEqualTo("x");
        }
        assertThat(manager("listener_create_failure")).isZero();
    }

    @Test
    void theFileOfAUnixSocketIsNotDeletedByTheOneBefore(@TempDir Path folder) throws Exception {
        assumeThat(loops.main().engine().listensInSteps()).isTrue();
        start();
        Path path = folder.resolve("socket");
        String pipe = "name: 'in' address { pipe { path: '" + path + "' } } ";
        for (String option : new String[] {"", OPTION.formatted(1)}) {
            keepTheWorkerBusy();
            String given = pipe + option + CHAIN.formatted("fast");
            assertThat(onMain(() -> manager.dynamic().addOrUpdate(listener(given), "1", problems)))
                    .isTrue();
            assertThat(problems.all()).isEmpty();
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(path));
                client.write(ByteBuffer.wrap(new byte[] {'x'}));
                assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(1);
            }
        }
    }

    @Test
    void whatWarmsIsCompiledAnewWithABundleThatWasReplacedAndCountedOnce() throws Exception {
        start();
        update("in", CHAIN.formatted("slow"));
        replaceBundle();
        assertThat(log).containsExactly("slow closed");
        ready(slow, 0);
        assertThat(manager.address("in")).isNull();
        ready(slow, 1);
        assertThat(echo(client("in"), "x")).isEqualTo("x");
        assertThat(manager("listener_added")).isEqualTo(1);
        assertThat(manager("listener_modified")).isZero();
    }

    @Test
    void whatWarmsGoesOnIfItCannotBeCompiledAnew() throws Exception {
        start();
        update("in", CHAIN.formatted("slow"));
        extensions.remove("slow");
        replaceBundle();
        assertThat(log).isEmpty();
        assertThat(manager("total_listeners_warming")).isEqualTo(1);
        assertThat(init.waiting()).hasSize(1);
        ready(slow, 0);
        assertThat(echo(client("in"), "x")).isEqualTo("x");
    }

    private void replaceBundle() throws Exception {
        onMain(() -> {
            manager.dynamic().warmAgain(BUNDLE);
            return true;
        });
    }

    @Test
    void theEndWaitsForNothingThatWarms() throws Exception {
        start();
        update("in", CHAIN.formatted("slow"));
        onMain(() -> {
            manager.close();
            return true;
        });
        assertThat(log).containsExactly("slow closed");
        ready(slow, 0);
        assertThat(manager.address("in")).isNull();
        assertThat(manager("total_listeners_warming")).isZero();
    }

    @Test
    void aListenerThatIsReplacedAtTheEndIsNotForgotten() throws Exception {
        start();
        update("in", CHAIN.formatted("fast"));
        Socket client = client("in");
        echo(client, "x");
        onMain(() -> {
            changed("in", 0, another("echo"));
            manager.close();
            return true;
        });
        assertThat(ended(client)).isTrue();
        until(() -> log.contains("fast closed"));
        assertThat(manager("total_listeners_draining")).isZero();
    }

    @Test
    void nothingComesOnceListenersAreStopped() throws Exception {
        start();
        update("warms", CHAIN.formatted("slow"));
        update("outbound", "traffic_direction: OUTBOUND " + CHAIN.formatted("slow"));
        update("inbound", "traffic_direction: INBOUND " + CHAIN.formatted("slow"));
        onMain(() -> {
            manager.stopListening(true);
            return true;
        });
        assertThat(manager("total_listeners_warming")).isEqualTo(2);
        assertThat(update("late", "traffic_direction: INBOUND " + CHAIN.formatted("fast")))
                .isFalse();
        assertThat(update("other", CHAIN.formatted("fast"))).isTrue();
        onMain(() -> {
            manager.stopListening(false);
            return true;
        });
        assertThat(manager("total_listeners_warming")).isZero();
        assertThat(update("too late", CHAIN.formatted("fast"))).isFalse();
        until(() -> manager("listener_stopped") == 1);
    }

    @Test
    void whatIsAtAListenerFilterEndsWithItsListener() throws Exception {
        extensions.put(
                "mute",
                (ListenerFilterTemplate)
                        socket ->
                                new ListenerFilter() {
                                    @Override
                                    public Outcome onAccept() {
                                        return Outcome.STOP;
                                    }
                                });
        start();
        update(
                "in",
                "listener_filters { name: 'mute' } listener_filters_timeout {} access_log { name:"
                        + " 'log' } "
                        + CHAIN.formatted("fast"));
        Socket client = client("in");
        until(() -> stat("listener.in.downstream_pre_cx_active") == 1);
        onMain(() -> manager.dynamic().removeAddedViaApi("in"));
        assertThat(ended(client)).isTrue();
        until(() -> log.contains("fast closed"));
        assertThat(stat("listener.in.downstream_pre_cx_active")).isZero();
        assertThat(manager("total_listeners_draining")).isZero();
        assertThat(accessLog).hasSize(1);
    }
}
