package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.kernel.network.ConnectionOwner;
import io.nuncio.kernel.network.Connector;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.kernel.runtime.RuntimeLayers;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.util.List;

class InternalListenerTest extends ListenersFixture {
    private static final String INTERNAL = "name: 'inner' internal_listener {} ";

    /// Records what comes from a listener, on one worker.
    private void connect(WorkerLoop worker, String text) {
        worker.post(() ->
                Connector.connect(
                                worker,
                                new Address.Internal("inner", ""),
                                ConnectOptions.plain(List.of(stream -> new Client(text))),
                                ConnectionOwner.NOBODY)
                        .write(Buffer.copyOf(text), false));
    }

    private final class Client implements NetworkFilter {
        private final String name;

        Client(String name) {
            this.name = name;
        }

        @Override
        public NetworkOutcome onData(Buffer data, boolean endStream) {
            log.add(name + " got " + data.toString(StandardCharsets.US_ASCII));
            data.clear();
            return NetworkOutcome.CONTINUE;
        }

        @Override
        public void onEvent(ConnectionEvent event) {
            log.add(name + " " + event);
        }
    }

    @Test
    void connectionsStayOnTheWorkerThatOpensThem() throws Exception {
        loops.main().internalListeners().enable(1024);
        start(INTERNAL + ECHO);
        connect(loops.workers().get(1), "a");
        until(() -> log.contains("a got a"));
        assertThat(stat("listener.envoy_internal_inner.downstream_cx_total")).isEqualTo(1);
        assertThat(stat("listener.envoy_internal_inner.worker_1.downstream_cx_active"))
                .isEqualTo(1);
        assertThat(manager.listeners().getFirst().addresses()).hasToString("[envoy://inner/]");
    }

    @Test
    void theListenersLimitIsKept() throws Exception {
        runtime =
                RuntimeLayers.of(
                        "envoy: {resource_limits: {listener: {inner: {connection_limit: 1}}}}");
        manager = manager(new DrainSettings(0, true));
        loops.main().internalListeners().enable(1024);
        start(INTERNAL + "stat_prefix: 'in' " + ECHO);
        connect(loops.workers().getFirst(), "a");
        until(() -> log.contains("a got a"));
        connect(loops.workers().getFirst(), "b");
        until(() -> log.contains("b REMOTE_CLOSE"));
        assertThat(stat("listener.in.downstream_cx_overflow")).isEqualTo(1);
    }

    @Test
    void aListenerThatIsGoneIsNotReached() throws Exception {
        loops.main().internalListeners().enable(1024);
        start(INTERNAL + ECHO);
        manager.stopListening(false);
        connect(loops.workers().getFirst(), "a");
        until(() -> log.contains("a REMOTE_CLOSE"));
        assertThat(log).doesNotContain("a CONNECTED");
    }

    @Test
    void withoutTheBootstrapExtensionItIsRefused() {
        assertThat(load(INTERNAL + ECHO))
                .containsExactly(
                        "[0].internal_listener: InternalListener bootstrap extension is"
                                + " mandatory");
    }

    @Test
    void whatOnlySocketsHaveIsRefused() {
        loops.main().internalListeners().enable(1024);
        assertThat(
                        load(
                                INTERNAL + LOOPBACK + ECHO,
                                "internal_listener {} tcp_backlog_size { value: 1 } " + ECHO,
                                "internal_listener {} enable_reuse_port {} " + ECHO,
                                "internal_listener {} "
                                        + "socket_options { level: 1 name: 1 int_value: 1 } "
                                        + ECHO))
                .containsExactly(
                        "[0].address: address should not be used when an internal listener config"
                                + " is provided",
                        "[1].internal_listener: has unsupported tcp listener feature",
                        "[2].internal_listener: has unsupported tcp listener feature",
                        "[3].socket_options: does not support socket option");
    }
}
