package io.nuncio.spi.host;

import io.nuncio.spi.Address;

import org.osgi.annotation.versioning.ProviderType;

/// What the whole server is doing. Any thread.
@ProviderType
public interface ServerState {
    /// True after `/healthcheck/fail`, and while the server drains for its end.
    boolean healthCheckFailed();

    /// The address by which others reach this machine: that of the first interface which is not
    /// loopback, or loopback if there is no other.
    Address localAddress();
}
