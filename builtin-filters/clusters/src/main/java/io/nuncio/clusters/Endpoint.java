package io.nuncio.clusters;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.nuncio.spi.Address;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// One endpoint of a load assignment, without the defaults left open.
///
/// @param field where it stands, relative to the cluster
/// @param address as configured; its host may be a name
/// @param hostname empty if none is configured
/// @param weight 1 by default
record Endpoint(
        String field,
        io.envoyproxy.envoy.config.core.v3.Address address,
        String hostname,
        int priority,
        Locality locality,
        int weight,
        @Nullable Metadata metadata,
        HealthStatus health,
        @Nullable Metadata localityMetadata) {
    /// All endpoints, in order.
    static List<Endpoint> all(ClusterLoadAssignment assignment, Problems problems) {
        List<Endpoint> all = new ArrayList<>();
        for (int i = 0; i < assignment.getEndpointsCount(); i++) {
            LocalityLbEndpoints group = assignment.getEndpoints(i);
            for (int j = 0; j < group.getLbEndpointsCount(); j++) {
                LbEndpoint given = group.getLbEndpoints(j);
                String field = "load_assignment.endpoints[" + i + "].lb_endpoints[" + j + "]";
                if (!given.getEndpoint().hasAddress()) {
                    problems.at(field)
                            .expected("an endpoint with an address")
                            .because("none given");
                    continue;
                }
                all.add(
                        new Endpoint(
                                field + ".endpoint.address",
                                given.getEndpoint().getAddress(),
                                given.getEndpoint().getHostname(),
                                group.getPriority(),
                                group.getLocality(),
                                given.hasLoadBalancingWeight()
                                        ? given.getLoadBalancingWeight().getValue()
                                        : 1,
                                given.hasMetadata() ? given.getMetadata() : null,
                                given.getHealthStatus(),
                                group.hasMetadata() ? group.getMetadata() : null));
            }
        }
        return all;
    }

    HostSpec host(Address at, String name) {
        return new HostSpec(at, name, locality, weight, metadata, health, localityMetadata);
    }
}
