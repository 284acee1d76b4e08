package io.nuncio.clusters;

import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.nuncio.spi.Address;
import io.nuncio.spi.ClusterDiscovery;
import io.nuncio.spi.HostPublisher;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Publishes the endpoints of the configuration, once. Thread: main.
final class StaticDiscovery implements ClusterDiscovery {
    private final List<List<HostSpec>> hosts; // by priority

    private StaticDiscovery(List<List<HostSpec>> hosts) {
        this.hosts = hosts;
    }

    static StaticDiscovery of(ClusterLoadAssignment assignment, Problems problems) {
        return new StaticDiscovery(hosts(assignment, problems));
    }

    /// The hosts of an assignment whose endpoints are addresses, by priority.
    ///
    /// @param problems at the cluster, whose assignment is `load_assignment`
    static List<List<HostSpec>> hosts(ClusterLoadAssignment assignment, Problems problems) {
        List<List<HostSpec>> hosts = new ArrayList<>();
        for (Endpoint endpoint : Endpoint.all(assignment, problems)) {
            Address address = address(endpoint, problems);
            if (address != null) {
                while (hosts.size() <= endpoint.priority()) {
                    hosts.add(new ArrayList<>());
                }
                hosts.get(endpoint.priority()).add(endpoint.host(address, endpoint.hostname()));
            }
        }
        return hosts;
    }

    @Override
    public void start(HostPublisher publisher) {
        publisher.publishAll(hosts);
    }

    private static @Nullable Address address(Endpoint endpoint, Problems problems) {
        return switch (endpoint.address().getAddressCase()) {
            case SOCKET_ADDRESS -> socket(endpoint, problems);
            case PIPE ->
                    new Address.Pipe(
                            endpoint.address().getPipe().getPath(),
                            endpoint.address().getPipe().getMode());
            case ENVOY_INTERNAL_ADDRESS ->
                    new Address.Internal(
                            endpoint.address().getEnvoyInternalAddress().getServerListenerName(),
                            endpoint.address().getEnvoyInternalAddress().getEndpointId());
            case ADDRESS_NOT_SET -> null;
        };
    }

    private static Address.@Nullable Ip socket(Endpoint endpoint, Problems problems) {
        SocketAddress socket = endpoint.address().getSocketAddress();
        try {
            return new Address.Ip(
                    InetAddress.ofLiteral(socket.getAddress()), socket.getPortValue());
        } catch (IllegalArgumentException name) {
            problems.at(endpoint.field() + ".socket_address.address")
                    .expected("an IP address, or a cluster of type STRICT_DNS or LOGICAL_DNS")
                    .because("malformed IP address: " + socket.getAddress());
            return null;
        }
    }
}
