package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.Addresses;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TlsInfo;

import org.jspecify.annotations.Nullable;

/// Addresses to match by; for tests.
final class FakeConnectionInfo implements ConnectionInfo {
    private Address local = ip("10.0.0.1", 80);
    private Address direct = ip("192.168.0.9", 5000);
    private Address remote = direct;

    static Address ip(String digits, int port) {
        return new Address.Ip(Addresses.parseIp(digits), port);
    }

    FakeConnectionInfo to(String digits, int port) {
        local = ip(digits, port);
        return this;
    }

    FakeConnectionInfo from(String digits, int port) {
        direct = ip(digits, port);
        remote = direct;
        return this;
    }

    FakeConnectionInfo onBehalfOf(String digits, int port) {
        remote = ip(digits, port);
        return this;
    }

    FakeConnectionInfo overPipe() {
        local = new Address.Pipe("/run/socket", 0);
        direct = new Address.Pipe("", 0);
        remote = direct;
        return this;
    }

    @Override
    public long id() {
        return 1;
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
        return direct;
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
