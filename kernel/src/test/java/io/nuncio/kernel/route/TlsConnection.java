package io.nuncio.kernel.route;

import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.TlsInfo;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A connection on which a client presented a certificate, or none.
final class TlsConnection implements ConnectionInfo, TlsInfo {
    private final ConnectionInfo addresses = new NoConnection();
    private final boolean presented;
    private final boolean validated;

    TlsConnection(boolean presented, boolean validated) {
        this.presented = presented;
        this.validated = validated;
    }

    @Override
    public TlsInfo tls() {
        return this;
    }

    @Override
    public String version() {
        return "TLSv1.3";
    }

    @Override
    public String cipher() {
        return "TLS_AES_128_GCM_SHA256";
    }

    @Override
    public String sessionId() {
        return "";
    }

    /// One that cannot be looked at.
    @Override
    public List<X509Certificate> peerCertificates() {
        return presented ? new ArrayList<>(Collections.nCopies(1, null)) : List.of();
    }

    @Override
    public List<X509Certificate> localCertificates() {
        return List.of();
    }

    @Override
    public boolean peerCertificateValidated() {
        return validated;
    }

    @Override
    public long id() {
        return 1;
    }

    @Override
    public Address localAddress() {
        return addresses.localAddress();
    }

    @Override
    public Address directLocalAddress() {
        return addresses.localAddress();
    }

    @Override
    public Address remoteAddress() {
        return addresses.remoteAddress();
    }

    @Override
    public Address directRemoteAddress() {
        return addresses.remoteAddress();
    }

    @Override
    public void remoteAddress(Address address) {
        addresses.remoteAddress(address);
    }

    @Override
    public void localAddress(Address address) {
        addresses.localAddress(address);
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
