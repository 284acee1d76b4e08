package io.nuncio.transportsockets.internalupstream;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Host;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.Clusters;

import org.jspecify.annotations.Nullable;

/// A namespace of metadata that is passed on.
///
/// @param ofHost true for the host's metadata, false for its cluster's
record MetadataSource(String namespace, boolean ofHost) {
    /// Null if there is none.
    @Nullable Struct of(Host host, Clusters clusters) {
        Metadata metadata = ofHost ? host.metadata() : ofCluster(clusters.get(host.cluster()));
        return metadata == null ? null : metadata.getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Metadata ofCluster(@Nullable Cluster cluster) {
        return cluster == null ? null : cluster.info().metadata();
    }
}
