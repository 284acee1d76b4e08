package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// The hosts of one priority of a cluster at one moment: immutable.
@ProviderType
public interface HostSet {
    int priority();

    List<Host> hosts();

    List<Host> healthyHosts();

    List<Host> degradedHosts();

    /// In percent; 140 by default.
    int overprovisioningFactor();

    /// How many percent of the cluster's picks its healthy hosts get, by the health of all
    /// priorities; in panic, the share of all its hosts.
    int healthyLoad();

    /// How many percent of the cluster's picks its degraded hosts get.
    int degradedLoad();

    /// True if so few hosts are healthy that health is not looked at (Envoy's healthy panic).
    boolean panic();
}
