package io.nuncio.kernel.listener;

import com.google.protobuf.util.Durations;

import io.envoyproxy.envoy.config.core.v3.TrafficDirection;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;

/// A listener's settings apart from its filter chains; all defaults live here.
///
/// @param addresses where it listens; the first is the main one
/// @param listenerFiltersTimeoutNanos 0 for without limit
/// @param modifyOnlyDrain true if a failed health check does not drain the listener
/// @param useOriginalDst true if another listener may serve what was meant for its address
/// @param exactBalance true if a connection goes to the worker that has the least
/// @param ignoreGlobalLimit true if the limit of all listeners together is not for this one
record ListenerConfig(
        String name,
        List<ListenAddress> addresses,
        String statPrefix,
        boolean bindToPort,
        int bufferLimit,
        long listenerFiltersTimeoutNanos,
        boolean continueOnListenerFiltersTimeout,
        boolean modifyOnlyDrain,
        TrafficDirection direction,
        boolean useOriginalDst,
        boolean exactBalance,
        boolean ignoreGlobalLimit) {
    private static final long LISTENER_FILTERS_TIMEOUT_NANOS = 15_000_000_000L;

    ListenerConfig {
        addresses = List.copyOf(addresses);
    }

    /// @param engine what the sockets are made by
    /// @return null if the address is wrong; that is reported
    static @Nullable ListenerConfig from(Listener message, IoEngine engine, Problems problems) {
        List<ListenAddress> addresses = ListenAddresses.of(message, engine, problems);
        if (addresses.isEmpty()) {
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
                addresses,
                statPrefix(message, addresses.getFirst().address()),
                !message.hasInternalListener() && bindToPort(message),
                bufferLimit,
                message.hasListenerFiltersTimeout()
                        ? Durations.toNanos(message.getListenerFiltersTimeout())
                        : LISTENER_FILTERS_TIMEOUT_NANOS,
                message.getContinueOnListenerFiltersTimeout(),
                message.getDrainType() == Listener.DrainType.MODIFY_ONLY,
                message.getTrafficDirection(),
                message.getUseOriginalDst().getValue(),
                message.getConnectionBalanceConfig().hasExactBalance(),
                message.getIgnoreGlobalConnLimit() || message.hasInternalListener());
    }

    @SuppressWarnings("deprecation") // Envoy still reads `deprecated_v1`.
    private static boolean bindToPort(Listener message) {
        var old = message.getDeprecatedV1();
        return (!message.hasBindToPort() || message.getBindToPort().getValue())
                && (!old.hasBindToPort() || old.getBindToPort().getValue());
    }

    private static String statPrefix(Listener message, Address address) {
        if (!message.getStatPrefix().isEmpty()) {
            return message.getStatPrefix();
        }
        return message.hasInternalListener()
                ? "envoy_internal_" + message.getName()
                : address.toString();
    }

    /// True if it is reached within the process only.
    boolean internal() {
        return address() instanceof Address.Internal;
    }

    /// The main address.
    Address address() {
        return addresses.getFirst().address();
    }

    /// In Envoy's words.
    String duplicateOf(String existing) {
        return "has duplicate address '"
                + addresses.stream()
                        .map(each -> each.address().toString())
                        .collect(Collectors.joining(","))
                + "' as existing listener '"
                + existing
                + "'";
    }

    /// True if one of the addresses is also the other's, by sockets of which there can be one only.
    ///
    /// @param canShare true if the system lets several sockets have an address at all
    boolean exclusiveWith(ListenerConfig other, boolean canShare) {
        return common(
                other,
                (mine, others) ->
                        !canShare || !mine.socket().reusePort() || !others.socket().reusePort());
    }

    /// True if one of the addresses is also the other's, and only one of the two shares it.
    boolean changesReusePort(ListenerConfig other) {
        return common(
                other, (mine, others) -> mine.socket().reusePort() != others.socket().reusePort());
    }

    private boolean common(
            ListenerConfig other, BiPredicate<ListenAddress, ListenAddress> condition) {
        for (ListenAddress mine : addresses) {
            for (ListenAddress others : other.addresses) {
                if (bindToPort
                        && other.bindToPort
                        && !mine.anyPort()
                        && mine.address().toString().equals(others.address().toString())
                        && condition.test(mine, others)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// True if nobody else may have one of the addresses: ports that the system chooses are new
    /// ones each time, those of a listener that does not bind are not.
    boolean conflictsWith(ListenerConfig other) {
        for (ListenAddress mine : addresses) {
            if (bindToPort && mine.anyPort()) {
                continue;
            }
            for (ListenAddress others : other.addresses) {
                if (mine.address().toString().equals(others.address().toString())) {
                    return true;
                }
            }
        }
        return false;
    }
}
