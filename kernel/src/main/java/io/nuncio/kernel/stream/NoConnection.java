package io.nuncio.kernel.stream;

import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TlsInfo;

import org.jspecify.annotations.Nullable;

/// What stands for the downstream connection of a stream that the proxy made itself.
public final class NoConnection implements ConnectionInfo {
    private Address remote = new Address.Internal("", "");
    private Address local = new Address.Internal("", "");

    @Override
    public long id() {
        return 0;
    }

    @Override
    public Address localAddress() {
        return local;
    }

    @Override
    public Address directLocalAddress() {
        return local;
    }

    @Override
    public Address remoteAddress() {
        return remote;
    }

    @Override
    public Address directRemoteAddress() {
        return remote;
    }

    @Override
    public void remoteAddress(Address address) {
        remote = address;
    }

    @Override
    public void localAddress(Address address) {
        local = address;
    }

    @Override
    public @Nullable String requestedServerName() {
        return null;
    }

    @Override
    public @Nullable String applicationProtocol() {
        return null;
    }

    @Override
    public @Nullable TlsInfo tls() {
        return null;
    }

    @Override
    public String filterChainName() {
        return "";
    }

    @Override
    public @Nullable String transportFailureReason() {
        return null;
    }

    @Override
    public @Nullable String localCloseReason() {
        return null;
    }
}
