package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;

class ListenerConfigTest {
    private final Problems problems = new Problems();

    private ListenerConfig config(String text) throws Exception {
        ListenerConfig config =
                ListenerConfig.from(TextFormat.parse(text, Listener.class), problems);
        assertThat(problems.all()).isEmpty();
        return config;
    }

    @Test
    void theDefaultsAreEnvoys() throws Exception {
        ListenerConfig config =
                config("name: 'a' address { socket_address { address: '::1' port_value: 80 } }");
        assertThat(config)
                .isEqualTo(
                        new ListenerConfig(
                                "a",
                                FakeConnectionInfo.ip("::1", 80),
                                "[::1]:80",
                                true,
                                new ListenOptions(0, true, 0, false),
                                1024 * 1024,
                                15_000_000_000L,
                                false,
                                false,
                                TrafficDirection.UNSPECIFIED));
    }

    @Test
    void everyFieldIsTaken() throws Exception {
        ListenerConfig config =
                config(
                        """
                        name: 'a'
                        address {
                          socket_address { address: '::' port_value: 80 ipv4_compat: true }
                        }
                        stat_prefix: 'p'
                        bind_to_port { value: false }
                        enable_reuse_port { value: false }
                        tcp_backlog_size { value: 7 }
                        max_connections_to_accept_per_socket_event { value: 3 }
                        per_connection_buffer_limit_bytes { value: 4096 }
                        listener_filters_timeout { seconds: 2 }
                        continue_on_listener_filters_timeout: true
                        drain_type: MODIFY_ONLY
                        traffic_direction: OUTBOUND
                        """);
        assertThat(config)
                .isEqualTo(
                        new ListenerConfig(
                                "a",
                                FakeConnectionInfo.ip("::", 80),
                                "p",
                                false,
                                new ListenOptions(7, false, 3, true),
                                4096,
                                2_000_000_000L,
                                true,
                                true,
                                TrafficDirection.OUTBOUND));
    }

    @Test
    void aUdpAddressIsRefused() throws Exception {
        Listener udp =
                TextFormat.parse(
                        "address { socket_address { protocol: UDP address: '::1' port_value: 80 }"
                                + " }",
                        Listener.class);
        assertThat(ListenerConfig.from(udp, problems)).isNull();
        assertThat(problems.all())
                .extracting(Object::toString)
                .containsExactly(
                        "address.socket_address.protocol: UDP listeners are not supported yet");
    }

    @Test
    void aPipeIsNeverShared() throws Exception {
        ListenerConfig config = config("address { pipe { path: '@name' mode: 438 } }");
        assertThat(config.address()).isEqualTo(new Address.Pipe("@name", 438));
        assertThat(config.socket().reusePort()).isFalse();
    }
}
