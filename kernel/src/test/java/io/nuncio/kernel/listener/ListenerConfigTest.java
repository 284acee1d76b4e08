package io.nuncio.kernel.listener;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.SocketOption;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;

import java.util.List;

class ListenerConfigTest {
    private final Problems problems = new Problems();

    private ListenerConfig config(String text) throws Exception {
        ListenerConfig config =
                ListenerConfig.from(
                        TextFormat.parse(text, Listener.class), IoEngine.EPOLL, problems);
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
                                List.of(
                                        new ListenAddress(
                                                FakeConnectionInfo.ip("::1", 80),
                                                new ListenOptions(0, true, 0, false))),
                                "[::1]:80",
                                true,
                                1024 * 1024,
                                15_000_000_000L,
                                false,
                                false,
                                TrafficDirection.UNSPECIFIED,
                                false,
                                false,
                                false));
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
                        use_original_dst { value: true }
                        connection_balance_config { exact_balance {} }
                        ignore_global_conn_limit: true
                        """);
        assertThat(config)
                .isEqualTo(
                        new ListenerConfig(
                                "a",
                                List.of(
                                        new ListenAddress(
                                                FakeConnectionInfo.ip("::", 80),
                                                new ListenOptions(7, false, 3, true))),
                                "p",
                                false,
                                4096,
                                2_000_000_000L,
                                true,
                                true,
                                TrafficDirection.OUTBOUND,
                                true,
                                true,
                                true));
    }

    @Test
    void theOlderWayNotToBindStillWorks() throws Exception {
        assertThat(config(V4).bindToPort()).isTrue();
        assertThat(config(V4 + "deprecated_v1 { bind_to_port { value: false } }").bindToPort())
                .isFalse();
    }

    @Test
    void aUdpAddressIsRefused() throws Exception {
        assertThat(
                        refusals(
                                "address { socket_address { protocol: UDP address: '::1'"
                                        + " port_value: 80 } }",
                                IoEngine.EPOLL))
                .containsExactly(
                        "address.socket_address.protocol: UDP listeners are not supported yet");
    }

    private List<String> refusals(String text, IoEngine engine) throws Exception {
        ListenerConfig.from(TextFormat.parse(text, Listener.class), engine, problems);
        return problems.all().stream().map(Object::toString).toList();
    }

    @Test
    void aPipeIsNeverShared() throws Exception {
        ListenerConfig config = config("address { pipe { path: '/run/a' mode: 438 } }");
        assertThat(config.address()).isEqualTo(new Address.Pipe("/run/a", 438));
        assertThat(config.addresses().getFirst().socket().reusePort()).isFalse();
    }

    @Test
    void anAbstractPipeHasNoMode() throws Exception {
        assertThat(refusals("address { pipe { path: '@name' mode: 438 } }", IoEngine.EPOLL))
                .containsExactly("address.pipe.mode: Cannot set mode for Abstract AF_UNIX sockets");
    }

    @Test
    void onlyTheAddressOfAllIpv6InterfacesMayTakeIpv4Too() throws Exception {
        assertThat(
                        refusals(
                                "address { socket_address { address: '::1' port_value: 80"
                                        + " ipv4_compat: true } }",
                                IoEngine.EPOLL))
                .containsExactly(
                        "address.socket_address.ipv4_compat: Only IPv6 address '::' or valid"
                                + " IPv4-mapped IPv6 address can set ipv4_compat: [::1]:80");
    }

    private static final String V4 = "address { socket_address { address: '127.0.0.1' } } ";

    private static SocketOption number(int level, int name, int value, SocketState state) {
        return SocketOption.of("", level, name, value, state);
    }

    @Test
    void socketOptionsAreThoseOfTheFieldsThenTheGivenOnes() throws Exception {
        ListenerConfig config =
                config(
                        V4
                                + """
                                transparent { value: true }
                                freebind { value: true }
                                tcp_fast_open_queue_length { value: 5 }
                                socket_options { level: 1 name: 8 int_value: 4096 }
                                socket_options { level: 6 name: 4 buf_value: '\\x01'
                                  state: STATE_LISTENING description: 'idle' type { stream {} } }
                                socket_options { level: 1 name: 7 int_value: 1
                                  type { datagram {} } }
                                """);
        assertThat(config.addresses().getFirst().socket().options())
                .containsExactly(
                        SocketOption.transparent(false),
                        SocketOption.freebind(false),
                        number(1, 8, 4096, SocketState.STATE_PREBIND),
                        new SocketOption(
                                "idle",
                                6,
                                4,
                                ByteString.copyFrom(new byte[] {1}),
                                SocketState.STATE_LISTENING),
                        SocketOption.fastOpen(5));
    }

    @Test
    void anAdditionalAddressMayHaveSocketOptionsOfItsOwn() throws Exception {
        ListenerConfig config =
                config(
                        V4
                                + """
                                socket_options { level: 1 name: 8 int_value: 1 }
                                additional_addresses {
                                  address { socket_address { address: '::1' port_value: 1 } }
                                }
                                additional_addresses {
                                  address { pipe { path: '@x' } }
                                  socket_options {
                                    socket_options { level: 1 name: 8 int_value: 2 }
                                  }
                                }
                                additional_addresses {
                                  address { pipe { path: '@y' } }
                                  socket_options {}
                                }
                                """);
        SocketOption one = number(1, 8, 1, SocketState.STATE_PREBIND);
        assertThat(config.addresses())
                .extracting(ListenAddress::address)
                .hasToString("[127.0.0.1:0, [::1]:1, @x, @y]");
        assertThat(config.addresses())
                .extracting(address -> address.socket().options())
                .containsExactly(
                        List.of(one),
                        List.of(one),
                        List.of(number(1, 8, 2, SocketState.STATE_PREBIND)),
                        List.of());
    }

    @Test
    void anAdditionalAddressThatIsWrongIsReported() throws Exception {
        assertThat(
                        refusals(
                                V4
                                        + "additional_addresses { address { socket_address {"
                                        + " address: 'here' } } }"
                                        + "additional_addresses { address {"
                                        + " envoy_internal_address { server_listener_name: 'x' }"
                                        + " } }",
                                IoEngine.EPOLL))
                .containsExactly(
                        "additional_addresses[0].address.socket_address.address: was `here`,"
                                + " expected an IP address",
                        "additional_addresses[1].address: use internal_listener field instead of"
                                + " address for internal listeners");
    }

    @Test
    void whatTheEngineCannotDoIsRefusedByItsField() throws Exception {
        assertThat(
                        refusals(
                                V4
                                        + "transparent { value: true } freebind { value: true }"
                                        + " tcp_fast_open_queue_length { value: 5 }"
                                        + " socket_options { level: 1 name: 8 int_value: 1 }",
                                IoEngine.NIO))
                .containsExactly(
                        "socket_options: NIO sockets do not have this; use --event-loop epoll",
                        "transparent: NIO sockets do not have this; use --event-loop epoll",
                        "freebind: NIO sockets do not have this; use --event-loop epoll",
                        "tcp_fast_open_queue_length: NIO sockets do not have this; use"
                                + " --event-loop epoll");
    }

    @Test
    void onlyEpollSocketsCanBeStoppedBetweenBindingAndListening() throws Exception {
        assertThat(
                        refusals(
                                V4
                                        + "socket_options { level: 1 name: 8 int_value: 1 state:"
                                        + " STATE_BOUND }",
                                IoEngine.IO_URING))
                .containsExactly(
                        "socket_options[0].state: IO_URING sockets do not have this; use"
                                + " --event-loop epoll");
    }
}
