package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

class ExactBalanceTest extends ListenersFixture {
    @Test
    void theWorkerWithTheLeastConnectionsGetsTheNext() {
        ExactBalance balance = new ExactBalance(3);
        assertThat(List.of(balance.pick(), balance.pick(), balance.pick(), balance.pick()))
                .containsExactly(0, 1, 2, 0);
        balance.ended(1);
        balance.ended(2);
        assertThat(List.of(balance.pick(), balance.pick())).containsExactly(1, 2);
    }

    private void servesEvenly(String options) throws Exception {
        start(
                "name: 'in' stat_prefix: 'in' connection_balance_config { exact_balance {} } "
                        + options
                        + LOOPBACK
                        + ECHO);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Socket client = client("in");
            assertThat(echo(client, "x")).isEqualTo("x");
            clients.add(client);
        }
        assertThat(stat("listener.in.worker_0.downstream_cx_active")).isEqualTo(5);
        assertThat(stat("listener.in.worker_1.downstream_cx_active")).isEqualTo(5);
        for (Socket client : clients.subList(0, 6)) {
            client.close();
        }
        until(() -> stat("listener.in.downstream_cx_active") == 4);
        for (int i = 0; i < 6; i++) {
            assertThat(echo(client("in"), "x")).isEqualTo("x");
        }
        assertThat(stat("listener.in.worker_0.downstream_cx_active")).isEqualTo(5);
        assertThat(stat("listener.in.worker_1.downstream_cx_active")).isEqualTo(5);
    }

    @Test
    void theWorkersOfAListenerHaveEquallyManyConnections() throws Exception {
        servesEvenly("");
    }

    @Test
    void oneSocketIsBalancedToo() throws Exception {
        servesEvenly("enable_reuse_port {} ");
    }
}
