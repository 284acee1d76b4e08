package io.nuncio.spi.host;

import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Protocol;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// One worker's view of a cluster: its own balancer and pools. Keep it for one stream at most.
/// Thread: that worker.
@ProviderType
public interface Cluster {
    ClusterInfo info();

    /// Picks a host and gives the pool of connections to it.
    ///
    /// @param priority whose circuit breakers and connections are used
    /// @param downstream the protocol that the request came by, for clusters that use the
    ///   downstream's
    /// @return null if no host may be used
    @Nullable HttpPool httpPool(
            ResourcePriority priority, @Nullable Protocol downstream, LoadBalancerContext context);

    /// Picks a host and gives the way to raw connections to it. They ask of their transport socket
    /// what the context says ([LoadBalancerContext#transportOptions]).
    ///
    /// @return null if no host may be used
    @Nullable TcpPool tcpPool(LoadBalancerContext context);
}
