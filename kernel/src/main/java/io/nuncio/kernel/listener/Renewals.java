package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.listener.v3.Listener;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The parts in which a listener and its renewal differ: those of the old one drain or hand over,
/// all others are both's. Thread: main.
final class Renewals {
    private Renewals() {}

    /// A filter chain that is replaced.
    ///
    /// @param successor for the same connections by the same transport; null if there is none
    record Pair(FilterChain old, @Nullable FilterChain successor) {}

    static List<Pair> chains(CompiledListener old, CompiledListener renewed) {
        List<Pair> pairs = new ArrayList<>();
        for (int index = 0; index < old.chains().size(); index++) {
            FilterChain before = old.chains().get(index);
            if (!renewed.has(before)) {
                int successor = successor(old.message(), index, renewed.message());
                pairs.add(new Pair(before, successor < 0 ? null : renewed.chains().get(successor)));
            }
        }
        return pairs;
    }

    /// Which chain of the newer message is for the connections of the older one's chain, -1 if none
    /// is.
    ///
    /// @param index the default chain comes last
    static int successor(Listener older, int index, Listener newer) {
        var chain = chain(older, index);
        if (index == older.getFilterChainsCount()) {
            return newer.hasDefaultFilterChain()
                            && sameConnections(chain, newer.getDefaultFilterChain())
                    ? newer.getFilterChainsCount()
                    : -1;
        }
        for (int other = 0; other < newer.getFilterChainsCount(); other++) {
            if (sameConnections(chain, newer.getFilterChains(other))) {
                return other;
            }
        }
        return -1;
    }

    /// @param index the default chain comes last
    static io.envoyproxy.envoy.config.listener.v3.FilterChain chain(Listener message, int index) {
        return index < message.getFilterChainsCount()
                ? message.getFilterChains(index)
                : message.getDefaultFilterChain();
    }

    /// True if two chains differ in nothing but what their network filters do.
    private static boolean sameConnections(
            io.envoyproxy.envoy.config.listener.v3.FilterChain one,
            io.envoyproxy.envoy.config.listener.v3.FilterChain other) {
        return one.toBuilder()
                .clearFilters()
                .build()
                .equals(other.toBuilder().clearFilters().build());
    }

    /// True if one message can become the other without a new listener: only filter chains differ,
    /// and there is at least one.
    static boolean inPlace(Listener one, Listener other) {
        return other.getFilterChainsCount() > 0
                && usesProxyProtocol(one) == usesProxyProtocol(other)
                && withoutChains(one).equals(withoutChains(other));
    }

    /// As in Envoy, the first chain speaks for all.
    @SuppressWarnings("deprecation") // Envoy still reads it.
    static boolean usesProxyProtocol(Listener message) {
        return chain(message, 0).getUseProxyProto().getValue();
    }

    private static Listener withoutChains(Listener message) {
        return message.toBuilder()
                .clearFilterChains()
                .clearDefaultFilterChain()
                .clearFilterChainMatcher()
                .build();
    }

    /// Lets go of a renewal that is not wanted, and not of what it shares.
    static void close(CompiledListener old, CompiledListener renewed) {
        if (renewed.socketFilters() != old.socketFilters()) {
            renewed.socketFilters().close();
        }
        for (FilterChain chain : renewed.chains()) {
            if (!old.has(chain)) {
                chain.close();
            }
        }
    }
}
