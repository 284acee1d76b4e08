package io.nuncio.kernel.network;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.netty.channel.Channel;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TransportSocket;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// What is known of one connection; addresses are asked of the socket when first needed.
public final class ConnectionFacts implements ConnectionInfo {
    private final Channel channel;
    private final long id;
    private @Nullable Address directLocalAddress;
    private @Nullable Address directRemoteAddress;
    private @Nullable Address localAddress;
    private @Nullable Address remoteAddress;
    private @Nullable String requestedServerName;
    private @Nullable String ja3Hash;
    private @Nullable String ja4Hash;
    private @Nullable String transportFailureReason;
    private @Nullable String localCloseReason;
    private @Nullable TransportSocket transport;
    private String filterChainName = "";
    private String transportProtocol = "raw_buffer";
    private List<String> requestedApplicationProtocols = List.of();
    private @Nullable CloseType closeType;
    private long connectBeginNanos = -1;
    private long connectEndNanos = -1;
    private long handshakeEndNanos = -1;
    private long wireBytesReceived;
    private long wireBytesSent;
    private boolean handedOver;
    private Metadata listenerMetadata = Metadata.getDefaultInstance();
    private Metadata filterChainMetadata = Metadata.getDefaultInstance();

    /// @param local this side's address if it is known already
    /// @param remote the peer's address if it is known already
    ConnectionFacts(Channel channel, long id, @Nullable Address local, @Nullable Address remote) {
        this.channel = channel;
        this.id = id;
        this.directLocalAddress = local;
        this.directRemoteAddress = remote;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Address localAddress() {
        return localAddress == null ? directLocalAddress() : localAddress;
    }

    @Override
    public Address directLocalAddress() {
        Address address = directLocalAddress;
        if (address == null) {
            address = Addresses.of(channel.localAddress());
            directLocalAddress = address;
        }
        return address;
    }

    @Override
    public Address remoteAddress() {
        return remoteAddress == null ? directRemoteAddress() : remoteAddress;
    }

    @Override
    public Address directRemoteAddress() {
        Address address = directRemoteAddress;
        if (address == null) {
            address = Addresses.of(channel.remoteAddress());
            directRemoteAddress = address;
        }
        return address;
    }

    @Override
    public void remoteAddress(Address address) {
        remoteAddress = address;
    }

    @Override
    public void localAddress(Address address) {
        localAddress = address;
    }

    /// True if a listener filter has found where the peer meant to connect to.
    public boolean localAddressRestored() {
        return localAddress != null;
    }

    /// True if another listener accepted the socket than serves it.
    public boolean handedOver() {
        return handedOver;
    }

    public void markHandedOver() {
        handedOver = true;
    }

    @Override
    public @Nullable String requestedServerName() {
        return requestedServerName;
    }

    public void requestedServerName(String name) {
        requestedServerName = name;
    }

    @Override
    public @Nullable String ja3Hash() {
        return ja3Hash;
    }

    public void ja3Hash(String hash) {
        ja3Hash = hash;
    }

    @Override
    public @Nullable String ja4Hash() {
        return ja4Hash;
    }

    public void ja4Hash(String hash) {
        ja4Hash = hash;
    }

    @Override
    public String transportProtocol() {
        return transportProtocol;
    }

    public void transportProtocol(String name) {
        transportProtocol = name;
    }

    @Override
    public List<String> requestedApplicationProtocols() {
        return requestedApplicationProtocols;
    }

    public void requestedApplicationProtocols(List<String> names) {
        requestedApplicationProtocols = List.copyOf(names);
    }

    @Override
    public @Nullable String applicationProtocol() {
        return transport == null ? null : transport.applicationProtocol();
    }

    @Override
    public @Nullable TlsInfo tls() {
        return transport == null ? null : transport.tls();
    }

    void transport(TransportSocket socket) {
        transport = socket;
    }

    @Override
    public Metadata listenerMetadata() {
        return listenerMetadata;
    }

    public void listenerMetadata(Metadata metadata) {
        listenerMetadata = metadata;
    }

    @Override
    public Metadata filterChainMetadata() {
        return filterChainMetadata;
    }

    public void filterChainMetadata(Metadata metadata) {
        filterChainMetadata = metadata;
    }

    @Override
    public String filterChainName() {
        return filterChainName;
    }

    public void filterChainName(String name) {
        filterChainName = name;
    }

    @Override
    public long wireBytesReceived() {
        return wireBytesReceived;
    }

    void received(long bytes) {
        wireBytesReceived += bytes;
    }

    @Override
    public long wireBytesSent() {
        return wireBytesSent;
    }

    void sent(long bytes) {
        wireBytesSent += bytes;
    }

    @Override
    public long connectBeginNanos() {
        return connectBeginNanos;
    }

    void connectBegins(long nanos) {
        connectBeginNanos = nanos;
    }

    @Override
    public long connectEndNanos() {
        return connectEndNanos;
    }

    void connectEnds(long nanos) {
        connectEndNanos = nanos;
    }

    @Override
    public long handshakeEndNanos() {
        return handshakeEndNanos;
    }

    void handshakeEnds(long nanos) {
        handshakeEndNanos = nanos;
    }

    @Override
    public @Nullable CloseType detectedCloseType() {
        return closeType;
    }

    void closed(CloseType how) {
        closeType = how;
    }

    @Override
    public @Nullable String transportFailureReason() {
        if (transportFailureReason != null || transport == null) {
            return transportFailureReason;
        }
        return transport.failureReason();
    }

    void transportFailureReason(String reason) {
        transportFailureReason = reason;
    }

    @Override
    public @Nullable String localCloseReason() {
        return localCloseReason;
    }

    void localCloseReason(String reason) {
        localCloseReason = reason;
    }

    /// As logs name the connection: `[C12] 127.0.0.1:5000`.
    @Override
    public String toString() {
        return "[C" + id + "] " + directRemoteAddress();
    }
}
