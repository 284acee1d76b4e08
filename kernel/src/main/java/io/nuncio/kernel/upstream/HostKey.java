package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.core.v3.Locality;
import io.nuncio.spi.Address;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostPublisher.HostSpec;

/// What makes a host the same after an update: everything that cannot change while it lives.
record HostKey(Address address, String hostname, Locality locality) {
    static HostKey of(Host host) {
        return new HostKey(host.address(), host.hostname(), host.locality());
    }

    static HostKey of(HostSpec spec) {
        return new HostKey(spec.address(), spec.hostname(), spec.locality());
    }
}
