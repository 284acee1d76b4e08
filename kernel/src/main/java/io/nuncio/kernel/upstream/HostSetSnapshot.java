package io.nuncio.kernel.upstream;

import io.nuncio.spi.Host;
import io.nuncio.spi.HostSet;

import java.util.List;

/// The hosts of one priority at one moment, with the share of the picks that they get.
record HostSetSnapshot(
        int priority,
        List<Host> hosts,
        List<Host> healthyHosts,
        List<Host> degradedHosts,
        int overprovisioningFactor,
        int healthyLoad,
        int degradedLoad,
        boolean panic)
        implements HostSet {
    HostSetSnapshot {
        hosts = List.copyOf(hosts);
        healthyHosts = List.copyOf(healthyHosts);
        degradedHosts = List.copyOf(degradedHosts);
    }
}
