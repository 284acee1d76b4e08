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
}
