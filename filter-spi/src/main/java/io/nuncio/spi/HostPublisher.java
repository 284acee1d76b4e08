package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// Where a cluster's discovery publishes what it found. Thread: main.
@ProviderType
public interface HostPublisher {
    /// Replaces the hosts of one priority. Hosts that stay keep their connections, health and
    /// counts.
    void publish(int priority, List<HostSpec> hosts);

    /// Replaces the hosts of all priorities in one step; those beyond the list have no hosts any
    /// more.
    ///
    /// @param priorities index is the priority
    void publishAll(List<List<HostSpec>> priorities);

    /// A look-up was made, went well, or failed; counted as `update_attempt`, `update_success`,
    /// `update_failure`.
    void attempted();

    void succeeded();

    void failed();

    /// One address as discovery found it.
    ///
    /// @param hostname empty if there is none
    /// @param weight 1 or more
    /// @param health as discovery says; what health checks find is the kernel's
    /// @param localityMetadata what is said of all hosts of the locality, null if nothing is
    record HostSpec(
            Address address,
            String hostname,
            Locality locality,
            int weight,
            @Nullable Metadata metadata,
            HealthStatus health,
            @Nullable Metadata localityMetadata) {
        /// Nothing is said of the locality.
        public HostSpec(
                Address address,
                String hostname,
                Locality locality,
                int weight,
                @Nullable Metadata metadata,
                HealthStatus health) {
            this(address, hostname, locality, weight, metadata, health, null);
        }
    }
}
