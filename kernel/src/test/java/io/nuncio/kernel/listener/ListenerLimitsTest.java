package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.runtime.RuntimeLayers;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// How many connections listeners take.
class ListenerLimitsTest extends ListenersFixture {
    @Test
    void aListenerTakesAsManyConnectionsAsTheRuntimeSays() throws Exception {
        runtime =
                RuntimeLayers.of(
                        "envoy: {resource_limits: {listener: {ingress: {connection_limit: 1}}}}");
        manager = manager(new DrainSettings(0, true));
        start("name: 'ingress' stat_prefix: 'in' " + LOOPBACK + ECHO);
        Socket first = client("ingress");
        assertThat(echo(first, "a")).isEqualTo("a");

        assertThat(readAll(client("ingress"))).isEmpty();
        until(() -> stat("listener.in.downstream_cx_overflow") == 1);
        assertThat(stat("listener.in.downstream_cx_total")).isEqualTo(1);
        first.close();
        until(() -> stat("listener.in.downstream_cx_active") == 0);
        assertThat(echo(client("ingress"), "b")).isEqualTo("b");
    }

    @Test
    void allListenersTogetherTakeAsManyConnectionsAsTheRuntimeSays() throws Exception {
        runtime = RuntimeLayers.of("overload: {global_downstream_max_connections: 1}");
        manager = manager(new DrainSettings(0, true));
        start(
                "name: 'one' stat_prefix: 'one' " + LOOPBACK + ECHO,
                "name: 'two' stat_prefix: 'two' " + LOOPBACK + ECHO);
        assertThat(echo(client("one"), "a")).isEqualTo("a");

        assertThat(readAll(client("two"))).isEmpty();
        until(() -> stat("listener.two.downstream_global_cx_overflow") == 1);
    }

    @Test
    void aListenerMayIgnoreTheLimitOfAll() throws Exception {
        runtime = RuntimeLayers.of("overload: {global_downstream_max_connections: 2}");
        manager = manager(new DrainSettings(0, true));
        start(
                "name: 'free' stat_prefix: 'free' ignore_global_conn_limit: true "
                        + LOOPBACK
                        + ECHO,
                "name: 'bound' stat_prefix: 'bound' " + LOOPBACK + ECHO);
        for (int i = 0; i < 3; i++) {
            assertThat(echo(client("free"), "a")).isEqualTo("a");
        }
        assertThat(stat("listener.free.downstream_global_cx_overflow")).isZero();

        assertThat(readAll(client("bound"))).as("counted with those of the others").isEmpty();
        until(() -> stat("listener.bound.downstream_global_cx_overflow") == 1);
    }

    @Test
    void aFloodOfOneListenerDoesNotReachAnother() throws Exception {
        runtime =
                RuntimeLayers.of(
                        "envoy: {resource_limits: {listener: {flooded: {connection_limit: 3}}}}");
        manager = manager(new DrainSettings(0, true));
        extensions.put(
                "silent",
                (io.nuncio.spi.ListenerFilterTemplate)
                        socket ->
                                new io.nuncio.spi.ListenerFilter() {
                                    @Override
                                    public Outcome onAccept() {
                                        return Outcome.STOP; // as a handshake that never ends
                                    }

                                    @Override
                                    public int maxBytes() {
                                        return 1024;
                                    }
                                });
        start(
                "name: 'flooded' stat_prefix: 'flooded' listener_filters { name: 'silent' } "
                        + LOOPBACK
                        + ECHO,
                "name: 'calm' stat_prefix: 'calm' " + LOOPBACK + ECHO);
        List<Socket> flood = new ArrayList<>();
        Socket calm = client("calm");
        for (int i = 0; i < 40; i++) {
            flood.add(client("flooded"));
            assertThat(echo(calm, "still here")).isEqualTo("still here");
            assertThat(echo(client("calm"), "x")).isEqualTo("x");
        }
        until(() -> stat("listener.flooded.downstream_cx_overflow") == 37);
        until(() -> stat("listener.flooded.downstream_pre_cx_active") == 3);
        assertThat(stat("listener.calm.downstream_cx_active")).isEqualTo(41);
    }
}
