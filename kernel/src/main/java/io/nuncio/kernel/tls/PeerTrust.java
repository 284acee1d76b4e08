package io.nuncio.kernel.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import io.nuncio.spi.host.PeerVerifier;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedTrustManager;

/// Asks the configuration's verifier when the library asks whether to trust a peer, and keeps the
/// answer with the session.
final class PeerTrust extends X509ExtendedTrustManager {
    /// Under which a session says whether its peer was validated.
    static final String VALIDATED = "io.nuncio.validated";

    private static final int DIGITAL_SIGNATURE = 0;

    private final PeerVerifier verifier;
    private final List<X509Certificate> acceptedIssuers;
    private final boolean enforceKeyUsage;
    private final boolean boringSsl;
    private final TlsStats stats;

    PeerTrust(TlsConfig config, boolean boringSsl, TlsStats stats) {
        this.verifier = config.verifier();
        this.acceptedIssuers = config.acceptedIssuers();
        this.enforceKeyUsage = config.upstream().enforceKeyUsage();
        this.boringSsl = boringSsl;
        this.stats = stats;
    }

    /// BoringSSL looks at an upstream's key by itself.
    private void checkKeyUsage(X509Certificate own) throws CertificateException {
        boolean[] uses = own.getKeyUsage();
        if (!own.getPublicKey().getAlgorithm().equals("RSA")
                || uses == null
                || uses[DIGITAL_SIGNATURE]) {
            return;
        }
        stats.otherKeyUsage();
        if (enforceKeyUsage) {
            throw new CertificateException("KEY_USAGE_BIT_INCORRECT");
        }
    }

    private void check(X509Certificate[] chain, @Nullable SSLEngine engine)
            throws CertificateException {
        SSLSession session = engine == null ? null : engine.getHandshakeSession();
        switch (verifier.verify(List.of(chain), serverName(session))) {
            case PeerVerifier.Accepted(boolean validated) -> {
                if (session != null) {
                    session.putValue(VALIDATED, validated);
                }
            }
            case PeerVerifier.Rejected(PeerVerifier.Cause cause, String reason) -> {
                throw boringSsl
                        ? new OpenSslCertificateException(reason, code(cause))
                        : new CertificateException(reason);
            }
        }
    }

    /// The name that was asked for; null if none was.
    static @Nullable String serverName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }

    /// The library makes the alert of it: for what has no other, "certificate unknown", as Envoy.
    private static int code(PeerVerifier.Cause cause) {
        return switch (cause) {
            case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
            case NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
            case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
            case UNKNOWN_ISSUER -> CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
            case CHAIN_TOO_LONG -> CertificateVerifier.X509_V_ERR_CERT_CHAIN_TOO_LONG;
            case OTHER -> CertificateVerifier.X509_V_ERR_PERMITTED_VIOLATION;
        };
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        check(chain, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        if (!boringSsl) {
            checkKeyUsage(chain[0]);
        }
        check(chain, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        check(chain, null);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return acceptedIssuers.toArray(X509Certificate[]::new);
    }
}
