package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.envoyproxy.envoy.config.listener.v3.AdditionalAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.Addresses;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.SocketOption;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Reads where a listener listens, the main address first, and what its sockets are made with.
final class ListenAddresses {
    private final Listener message;
    private final IoEngine engine;
    private final Problems problems;
    private final List<ListenAddress> all = new ArrayList<>();

    private ListenAddresses(Listener message, IoEngine engine, Problems problems) {
        this.message = message;
        this.engine = engine;
        this.problems = problems;
    }

    /// @return empty if the main address is wrong; that is reported
    static List<ListenAddress> of(Listener message, IoEngine engine, Problems problems) {
        return new ListenAddresses(message, engine, problems).read();
    }

    private List<ListenAddress> read() {
        if (message.hasInternalListener()) {
            return internal();
        }
        if (!message.hasAddress()) {
            problems.at("address").because("address is necessary");
            return List.of();
        }
        add(
                message.getAddress(),
                message.getSocketOptionsList(),
                problems.in("address"),
                problems.in("socket_options"));
        if (all.isEmpty()) {
            return List.of();
        }
        for (int index = 0; index < message.getAdditionalAddressesCount(); index++) {
            AdditionalAddress additional = message.getAdditionalAddresses(index);
            Problems here = problems.in("additional_addresses[" + index + "]");
            if (additional.hasSocketOptions()) {
                add(
                        additional.getAddress(),
                        additional.getSocketOptions().getSocketOptionsList(),
                        here.in("address"),
                        here.in("socket_options.socket_options"));
            } else {
                add(
                        additional.getAddress(),
                        message.getSocketOptionsList(),
                        here.in("address"),
                        problems.in("socket_options"));
            }
        }
        return all;
    }

    /// What Envoy says of fields that only a socket could have.
    private List<ListenAddress> internal() {
        int before = problems.all().size();
        if (message.hasAddress() || message.getAdditionalAddressesCount() > 0) {
            problems.at("address")
                    .because(
                            "address should not be used when an internal listener config is"
                                    + " provided");
        }
        if (message.getConnectionBalanceConfig().hasExactBalance()
                || message.hasEnableReusePort()
                || message.getFreebind().getValue()
                || message.hasTcpBacklogSize()
                || message.hasTcpFastOpenQueueLength()
                || message.getTransparent().getValue()) {
            problems.at("internal_listener").because("has unsupported tcp listener feature");
        }
        if (message.getSocketOptionsCount() > 0) {
            problems.at("socket_options").because("does not support socket option");
        }
        Address address = new Address.Internal(message.getName(), "");
        return problems.all().size() > before
                ? List.of()
                : List.of(new ListenAddress(address, ListenOptions.DEFAULT));
    }

    private void add(
            io.envoyproxy.envoy.config.core.v3.Address given,
            List<io.envoyproxy.envoy.config.core.v3.SocketOption> options,
            Problems here,
            Problems optionsHere) {
        Address address =
                switch (given.getAddressCase()) {
                    case SOCKET_ADDRESS -> ip(given.getSocketAddress(), here.in("socket_address"));
                    case PIPE -> pipe(given.getPipe(), here.in("pipe"));
                    case ENVOY_INTERNAL_ADDRESS -> {
                        here.add(
                                "",
                                "use internal_listener field instead of address for internal"
                                        + " listeners");
                        yield null;
                    }
                    case ADDRESS_NOT_SET -> {
                        here.add("", "a socket address or a pipe is necessary");
                        yield null;
                    }
                };
        if (address != null) {
            check(options, optionsHere);
            all.add(
                    new ListenAddress(
                            address,
                            new ListenOptions(
                                    message.getTcpBacklogSize().getValue(),
                                    address instanceof Address.Ip && reusePort(),
                                    message.getMaxConnectionsToAcceptPerSocketEvent().getValue(),
                                    given.getSocketAddress().getIpv4Compat(),
                                    socketOptions(address, options))));
        }
    }

    private boolean reusePort() {
        return !message.hasEnableReusePort() || message.getEnableReusePort().getValue();
    }

    private @Nullable Address ip(SocketAddress given, Problems here) {
        if (given.getProtocol() != SocketAddress.Protocol.TCP) {
            here.at("protocol").because("UDP listeners are not supported yet");
            return null;
        }
        InetAddress address = Addresses.parseIp(given.getAddress());
        if (address == null) {
            here.at("address").expected("an IP address").found(given.getAddress());
            return null;
        }
        boolean mapped = address instanceof Inet4Address && given.getAddress().indexOf(':') >= 0;
        boolean anyV6 = address instanceof Inet6Address && address.isAnyLocalAddress();
        if (given.getIpv4Compat() && !mapped && !anyV6) {
            here.at("ipv4_compat")
                    .because(
                            "Only IPv6 address '::' or valid IPv4-mapped IPv6 address can set"
                                    + " ipv4_compat: "
                                    + new Address.Ip(address, given.getPortValue()));
            return null;
        }
        return new Address.Ip(address, given.getPortValue());
    }

    private @Nullable Address pipe(io.envoyproxy.envoy.config.core.v3.Pipe given, Problems here) {
        boolean isAbstract = given.getPath().startsWith("@");
        if (isAbstract && given.getMode() != 0) {
            here.at("mode").because("Cannot set mode for Abstract AF_UNIX sockets");
            return null;
        }
        if (isAbstract && !engine.supportsAbstractPipes()) {
            here.at("path")
                    .because(engine + " has no abstract Unix sockets; use --event-loop epoll");
            return null;
        }
        return new Address.Pipe(given.getPath(), given.getMode());
    }

    private void check(
            List<io.envoyproxy.envoy.config.core.v3.SocketOption> options, Problems here) {
        if (!engine.supportsSocketOptions()) {
            if (!options.isEmpty()) {
                refuse(here, "");
            }
            return;
        }
        for (int index = 0; index < options.size(); index++) {
            if (options.get(index).getState() == SocketState.STATE_BOUND
                    && !engine.listensInSteps()) {
                refuse(here, "[" + index + "].state");
            }
        }
    }

    private void refuse(Problems here, String field) {
        here.add(field, engine + " sockets do not have this; use --event-loop epoll");
    }

    /// What the fields of the listener stand for, then what is given by numbers, as in Envoy.
    private List<SocketOption> socketOptions(
            Address address, List<io.envoyproxy.envoy.config.core.v3.SocketOption> given) {
        List<SocketOption> options = new ArrayList<>();
        if (address instanceof Address.Ip ip) {
            if (message.getTransparent().getValue() && supported("transparent")) {
                options.add(SocketOption.transparent(ip.v6()));
            }
            if (message.getFreebind().getValue() && supported("freebind")) {
                options.add(SocketOption.freebind(ip.v6()));
            }
        }
        options.addAll(SocketOption.ofStreams(given));
        if (address instanceof Address.Ip
                && message.hasTcpFastOpenQueueLength()
                && supported("tcp_fast_open_queue_length")) {
            options.add(SocketOption.fastOpen(message.getTcpFastOpenQueueLength().getValue()));
        }
        return options;
    }

    private boolean supported(String field) {
        if (!engine.supportsSocketOptions() && all.isEmpty()) { // once is enough
            refuse(problems, field);
        }
        return engine.supportsSocketOptions();
    }
}
