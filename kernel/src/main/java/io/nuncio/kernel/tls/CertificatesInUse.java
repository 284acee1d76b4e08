package io.nuncio.kernel.tls;

import com.google.protobuf.Timestamp;

import io.envoyproxy.envoy.admin.v3.Certificate;
import io.envoyproxy.envoy.admin.v3.CertificateDetails;
import io.envoyproxy.envoy.admin.v3.Certificates;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateText.NameKind;
import io.nuncio.spi.host.TlsConfig;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The certificates that new connections are served with, as Envoy's `/certs` shows them. Thread:
/// main.
public final class CertificatesInUse {
    /// What is shown where there is no certificate at all, as in Envoy.
    private static final long NONE = 0xFFFFFFFFL;

    private final TlsContexts contexts;

    public CertificatesInUse(TlsContexts contexts) {
        this.contexts = contexts;
    }

    /// All of them, by configuration: its authority, then what it presents.
    public Certificates message() {
        Instant now = Instant.now();
        Certificates.Builder all = Certificates.newBuilder();
        for (TlsConfig config : contexts.inUse()) {
            Certificate.Builder shown = Certificate.newBuilder();
            if (!config.issuersPlace().isEmpty() && !config.acceptedIssuers().isEmpty()) {
                shown.addCaCert(
                        details(config.acceptedIssuers().getFirst(), config.issuersPlace(), now));
            }
            for (TlsConfig.Identity identity : config.identities()) {
                shown.addCertChain(details(identity, now));
            }
            if (shown.getCaCertCount() + shown.getCertChainCount() > 0) {
                all.addCertificates(shown);
            }
        }
        return all.build();
    }

    /// Days until the first of them expires, 0 if one has; 4294967295 if there is none.
    public long daysUntilFirstExpires() {
        Instant now = Instant.now();
        long least = NONE;
        for (TlsConfig config : contexts.inUse()) {
            if (!config.issuersPlace().isEmpty() && !config.acceptedIssuers().isEmpty()) {
                least = Math.min(least, days(config.acceptedIssuers().getFirst(), now));
            }
            for (TlsConfig.Identity identity : config.identities()) {
                least = Math.min(least, days(identity.chain().getFirst(), now));
            }
        }
        return least;
    }

    /// Seconds until the first OCSP response is good no more, 0 if one is not; -1 if there is none.
    public long secondsUntilFirstOcspResponseExpires() {
        Instant now = Instant.now();
        long least = Long.MAX_VALUE;
        for (TlsConfig config : contexts.inUse()) {
            for (TlsConfig.Identity identity : config.identities()) {
                TlsConfig.OcspStaple staple = identity.staple();
                if (staple != null) {
                    Instant expires = staple.expires();
                    long left = expires == null ? 0 : ChronoUnit.SECONDS.between(now, expires);
                    least = Math.min(least, Math.max(0, left));
                }
            }
        }
        return least == Long.MAX_VALUE ? -1 : least;
    }

    private static long days(X509Certificate certificate, Instant now) {
        return Math.max(0, ChronoUnit.DAYS.between(now, certificate.getNotAfter().toInstant()));
    }

    private static CertificateDetails.Builder details(
            X509Certificate own, String place, Instant now) {
        CertificateDetails.Builder shown =
                CertificateDetails.newBuilder()
                        .setPath(place)
                        .setSerialNumber(CertificateText.serial(own))
                        .setDaysUntilExpiration(days(own, now))
                        .setValidFrom(timestamp(own.getNotBefore().toInstant()))
                        .setExpirationTime(timestamp(own.getNotAfter().toInstant()));
        for (String name : CertificateText.names(own, NameKind.DNS)) {
            shown.addSubjectAltNamesBuilder().setDns(name);
        }
        for (String name : CertificateText.names(own, NameKind.URI)) {
            shown.addSubjectAltNamesBuilder().setUri(name);
        }
        for (String name : CertificateText.names(own, NameKind.IP)) {
            shown.addSubjectAltNamesBuilder().setIpAddress(name);
        }
        return shown;
    }

    private static CertificateDetails.Builder details(TlsConfig.Identity identity, Instant now) {
        CertificateDetails.Builder shown =
                details(identity.chain().getFirst(), identity.place(), now);
        TlsConfig.OcspStaple staple = identity.staple();
        if (staple != null) {
            CertificateDetails.OcspDetails.Builder ocsp = shown.getOcspDetailsBuilder();
            ocsp.setValidFrom(timestamp(staple.from()));
            Instant expires = staple.expires();
            if (expires != null) {
                ocsp.setExpiration(timestamp(expires));
            }
        }
        return shown;
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder().setSeconds(instant.getEpochSecond()).build();
    }
}
