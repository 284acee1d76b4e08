package io.nuncio.spi.host;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;

import java.util.function.Function;

/// A kind of resource that configuration sources deliver.
///
/// @param prototype any message of the type
/// @param name the resource's name
public record ResourceType<M extends Message>(M prototype, Function<M, String> name) {
    public static final ResourceType<Listener> LISTENER =
            new ResourceType<>(Listener.getDefaultInstance(), Listener::getName);
    public static final ResourceType<Cluster> CLUSTER =
            new ResourceType<>(Cluster.getDefaultInstance(), Cluster::getName);
    public static final ResourceType<RouteConfiguration> ROUTE_CONFIGURATION =
            new ResourceType<>(
                    RouteConfiguration.getDefaultInstance(), RouteConfiguration::getName);
    public static final ResourceType<ClusterLoadAssignment> CLUSTER_LOAD_ASSIGNMENT =
            new ResourceType<>(
                    ClusterLoadAssignment.getDefaultInstance(),
                    ClusterLoadAssignment::getClusterName);
    public static final ResourceType<TypedExtensionConfig> EXTENSION_CONFIG =
            new ResourceType<>(
                    TypedExtensionConfig.getDefaultInstance(), TypedExtensionConfig::getName);
    public static final ResourceType<Secret> SECRET =
            new ResourceType<>(Secret.getDefaultInstance(), Secret::getName);

    /// The type as `Any` names it, such as `type.googleapis.com/envoy.config.cluster.v3.Cluster`.
    public String url() {
        return "type.googleapis.com/" + prototype.getDescriptorForType().getFullName();
    }
}
