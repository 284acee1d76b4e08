package io.nuncio.kernel.listener;

import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.Addresses;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.UUID;

/// A listener's settings apart from its filter chains; all defaults live here.
///
/// @param listenerFiltersTimeoutNanos 0 for without limit
/// @param modifyOnlyDrain true if a failed health check does not drain the listener
record ListenerConfig(
        String name,
        Address address,
        String statPrefix,
        boolean bindToPort,
        ListenOptions socket,
        int bufferLimit,
        long listenerFiltersTimeoutNanos,
        boolean continueOnListenerFiltersTimeout,
        boolean modifyOnlyDrain,
        TrafficDirection direction) {
    private static final long LISTENER_FILTERS_TIMEOUT_NANOS = 15_000_000_000L;

    /// @return null if the address is wrong; that is reported
    static @Nullable ListenerConfig from(Listener message, Problems problems) {
        Address address = address(message, problems);
        if (address == null) {
            return null;
        }
        int bufferLimit =
                message.hasPerConnectionBufferLimitBytes()
                        ? message.getPerConnectionBufferLimitBytes().getValue()
                        : SocketConnection.DEFAULT_BUFFER_LIMIT;
        if (bufferLimit < 0) { // an unsigned number in Envoy's message
            bufferLimit = Integer.MAX_VALUE;
        }
        return new ListenerConfig(
                message.getName().isEmpty() ? UUID.randomUUID().toString() : message.getName(),
                address,
                message.getStatPrefix().isEmpty() ? address.toString() : message.getStatPrefix(),
                !message.hasBindToPort() || message.getBindToPort().getValue(),
                socket(message, address),
                bufferLimit,
                message.hasListenerFiltersTimeout()
                        ? Durations.toNanos(message.getListenerFiltersTimeout())
                        : LISTENER_FILTERS_TIMEOUT_NANOS,
                message.getContinueOnListenerFiltersTimeout(),
                message.getDrainType() == Listener.DrainType.MODIFY_ONLY,
                message.getTrafficDirection());
    }

    private static ListenOptions socket(Listener message, Address address) {
        boolean reusePort =
                address instanceof Address.Ip
                        && (!message.hasEnableReusePort()
                                || message.getEnableReusePort().getValue());
        return new ListenOptions(
                message.getTcpBacklogSize().getValue(),
                reusePort,
                message.getMaxConnectionsToAcceptPerSocketEvent().getValue(),
                message.getAddress().getSocketAddress().getIpv4Compat());
    }

    private static @Nullable Address address(Listener message, Problems problems) {
        if (!message.hasAddress()) {
            problems.at("address").because("address is necessary");
            return null;
        }
        return switch (message.getAddress().getAddressCase()) {
            case SOCKET_ADDRESS ->
                    ip(
                            message.getAddress().getSocketAddress(),
                            problems.in("address.socket_address"));
            case PIPE ->
                    new Address.Pipe(
                            message.getAddress().getPipe().getPath(),
                            message.getAddress().getPipe().getMode());
            case ENVOY_INTERNAL_ADDRESS, ADDRESS_NOT_SET -> {
                problems.at("address").because("a socket address or a pipe is necessary");
                yield null;
            }
        };
    }

    private static @Nullable Address ip(SocketAddress message, Problems problems) {
        if (message.getProtocol() != SocketAddress.Protocol.TCP) {
            problems.at("protocol").because("UDP listeners are not supported yet");
            return null;
        }
        InetAddress address = Addresses.parseIp(message.getAddress());
        if (address == null) {
            problems.at("address").expected("an IP address").found(message.getAddress());
            return null;
        }
        return new Address.Ip(address, message.getPortValue());
    }
}
