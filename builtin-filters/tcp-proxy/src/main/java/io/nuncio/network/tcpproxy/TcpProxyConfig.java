package io.nuncio.network.tcpproxy;

import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.ProxyProtocolData;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The configuration in the units that connections use: nanoseconds, 0 for never.
///
/// @param connectAttempts how often a connection is tried
/// @param backOff null if a connection is tried again at once
/// @param logInterval how often an entry is written while the connection lives
/// @param logOnConnected true to write an entry when the upstream connection stands
/// @param hashPolicy null if balancers get no hash
/// @param tunnel null if the bytes go to the upstream as they are
/// @param proxyTlvs what the PROXY protocol tells the upstream besides addresses
record TcpProxyConfig(
        ClusterChoice clusters,
        long idleTimeoutNanos,
        long maxDurationNanos,
        int connectAttempts,
        @Nullable BackOff backOff,
        long logIntervalNanos,
        boolean logOnConnected,
        @Nullable HashPolicy hashPolicy,
        @Nullable TunnelConfig tunnel,
        List<ProxyProtocolData.Tlv> proxyTlvs) {
    private static final Duration ONE_HOUR = Duration.newBuilder().setSeconds(3600).build();
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int MAX_IN_BASES = 10; // Envoy's default maximum

    TcpProxyConfig {
        proxyTlvs = List.copyOf(proxyTlvs);
    }

    /// How long to wait before a connection is tried again, in milliseconds.
    record BackOff(long baseMillis, long maxMillis) {
        private static BackOff from(BackoffStrategy message, Problems problems) {
            long base = nanos(message.getBaseInterval()) / NANOS_PER_MILLI;
            if (!message.hasMaxInterval()) {
                return new BackOff(Math.max(1, base), Math.max(1, base * MAX_IN_BASES));
            }
            long max = nanos(message.getMaxInterval()) / NANOS_PER_MILLI;
            if (max < base) {
                problems.add(
                        "max_interval",
                        "max_interval must be greater than or equal to the base_interval");
            }
            return new BackOff(Math.max(1, base), Math.max(1, max));
        }
    }

    static TcpProxyConfig from(TcpProxy message, FactoryContext context) {
        var log = message.getAccessLogOptions();
        Duration interval =
                log.hasAccessLogFlushInterval() || !message.hasAccessLogFlushInterval()
                        ? log.getAccessLogFlushInterval()
                        : message.getAccessLogFlushInterval();
        return new TcpProxyConfig(
                ClusterChoice.from(message),
                nanos(message.hasIdleTimeout() ? message.getIdleTimeout() : ONE_HOUR),
                nanos(message.getMaxDownstreamConnectionDuration()),
                message.hasMaxConnectAttempts() ? message.getMaxConnectAttempts().getValue() : 1,
                message.hasBackoffOptions()
                        ? BackOff.from(
                                message.getBackoffOptions(),
                                context.problems().in("backoff_options"))
                        : null,
                nanos(interval),
                message.hasAccessLogOptions()
                        ? log.getFlushAccessLogOnConnected()
                        : message.getFlushAccessLogOnConnected(),
                message.getHashPolicyCount() == 0
                        ? null
                        : HashPolicy.from(message.getHashPolicy(0)),
                message.hasTunnelingConfig()
                        ? TunnelConfig.from(message.getTunnelingConfig(), context)
                        : null,
                message.getProxyProtocolTlvsList().stream()
                        .map(tlv -> new ProxyProtocolData.Tlv(tlv.getType(), tlv.getValue()))
                        .toList());
    }

    private static long nanos(Duration duration) {
        return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
    }
}
