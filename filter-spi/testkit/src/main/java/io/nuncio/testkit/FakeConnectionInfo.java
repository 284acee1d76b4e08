package io.nuncio.testkit;

import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TlsInfo;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/// The facts of a connection, as the test sets them.
public final class FakeConnectionInfo implements ConnectionInfo {
    /// From 203.0.113.7:40000 to 192.0.2.1:10000, plaintext.
    private Address local = ip("192.0.2.1", 10000);

    private Address remote = ip("203.0.113.7", 40000);
    private @Nullable Address direct;
    private @Nullable TlsInfo tls;
    private @Nullable String serverName;
    private @Nullable String closeReason;
    private String transportProtocol = "raw_buffer";

    /// An address from its literal form.
    public static Address.Ip ip(String address, int port) {
        return new Address.Ip(InetAddress.ofLiteral(address), port);
    }

    public FakeConnectionInfo from(String address) {
        remote = ip(address, 40000);
        return this;
    }

    /// What the socket has as the peer's address, where that differs from [#remoteAddress].
    public FakeConnectionInfo directlyFrom(String address) {
        direct = ip(address, 40001);
        return this;
    }

    public FakeConnectionInfo to(String address, int port) {
        local = ip(address, port);
        return this;
    }

    /// Null for plaintext.
    public FakeConnectionInfo tls(@Nullable TlsInfo facts) {
        tls = facts;
        return this;
    }

    /// The server name that the peer asked for, null for none.
    public FakeConnectionInfo serverName(@Nullable String name) {
        serverName = name;
        return this;
    }

    /// What listener filters found the first bytes to be.
    public FakeConnectionInfo transportProtocol(String name) {
        transportProtocol = name;
        return this;
    }

    @Override
    public String transportProtocol() {
        return transportProtocol;
    }

    void closeReason(String reason) {
        closeReason = reason;
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
        return direct == null ? remote : direct;
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
        return serverName;
    }

    @Override
    public @Nullable String applicationProtocol() {
        return null;
    }

    @Override
    public @Nullable TlsInfo tls() {
        return tls;
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
        return closeReason;
    }
}
