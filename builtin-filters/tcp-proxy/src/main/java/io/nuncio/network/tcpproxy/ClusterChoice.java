package io.nuncio.network.tcpproxy;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Which cluster a connection goes to: by weight, if there are several.
final class ClusterChoice {
    private final String[] names;
    private final long[] ends; // of each one's share, from 0
    private final long total;
    private final boolean weighted;

    private ClusterChoice(List<ClusterWeight> clusters, boolean weighted) {
        this.weighted = weighted;
        names = new String[clusters.size()];
        ends = new long[names.length];
        long sum = 0;
        for (int index = 0; index < names.length; index++) {
            ClusterWeight cluster = clusters.get(index);
            names[index] = cluster.getName();
            sum += Integer.toUnsignedLong(cluster.getWeight());
            ends[index] = sum;
        }
        total = sum;
    }

    static ClusterChoice from(TcpProxy message) {
        return new ClusterChoice(
                message.hasWeightedClusters()
                        ? message.getWeightedClusters().getClustersList()
                        : List.of(
                                ClusterWeight.newBuilder()
                                        .setName(message.getCluster())
                                        .setWeight(1)
                                        .build()),
                message.hasWeightedClusters());
    }

    /// @param random any number
    /// @param chosen the cluster that a filter before this one chose, null if none did; counts only
    ///   where there is no choice by weight
    String pick(long random, @Nullable String chosen) {
        if (chosen != null && !weighted) {
            return chosen;
        }
        long point = Long.remainderUnsigned(random, total);
        int index = 0;
        while (point >= ends[index]) {
            index++;
        }
        return names[index];
    }
}
