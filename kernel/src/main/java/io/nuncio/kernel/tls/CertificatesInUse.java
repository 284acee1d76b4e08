package io.nuncio.kernel.tls;

import com.google.protobuf.Timestamp;

import io.envoyproxy.envoy.admin.v3.Certificate;
import io.envoyproxy.envoy.admin.v3.CertificateDetails;
import io.envoyproxy.envoy.admin.v3.Certificates;
import io.nuncio.spi.host.TlsConfig;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Date;
import java.util.List;

/// The certificates that new connections are served with, as Envoy's `/certs` shows them. Thread:
/// main.
public final class CertificatesInUse {
    /// What is shown where there is no certificate at all, as in Envoy.
    private static final long NONE = 0xFFFFFFFFL;

    private static final int DNS = 2;
    private static final int URI = 6;
    private static final int IP = 7;

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
                shown.addCertChain(details(identity.chain().getFirst(), identity.place(), now));
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

    private static long days(X509Certificate certificate, Instant now) {
        return Math.max(0, ChronoUnit.DAYS.between(now, certificate.getNotAfter().toInstant()));
    }

    private static CertificateDetails details(X509Certificate own, String place, Instant now) {
        CertificateDetails.Builder shown =
                CertificateDetails.newBuilder()
                        .setPath(place)
                        .setSerialNumber(own.getSerialNumber().toString(16))
                        .setDaysUntilExpiration(days(own, now))
                        .setValidFrom(timestamp(own.getNotBefore()))
                        .setExpirationTime(timestamp(own.getNotAfter()));
        addNames(own, shown);
        return shown.build();
    }

    private static void addNames(X509Certificate own, CertificateDetails.Builder shown) {
        for (List<?> name : names(own)) {
            String value = String.valueOf(name.get(1));
            switch (name.get(0)) {
                case Integer kind when kind == DNS ->
                        shown.addSubjectAltNamesBuilder().setDns(value);
                case Integer kind when kind == URI ->
                        shown.addSubjectAltNamesBuilder().setUri(value);
                case Integer kind when kind == IP ->
                        shown.addSubjectAltNamesBuilder().setIpAddress(value);
                case null, default -> {}
            }
        }
    }

    private static Collection<List<?>> names(X509Certificate own) {
        try {
            Collection<List<?>> names = own.getSubjectAlternativeNames();
            return names == null ? List.of() : names;
        } catch (CertificateParsingException broken) {
            return List.of();
        }
    }

    private static Timestamp timestamp(Date date) {
        return Timestamp.newBuilder().setSeconds(date.getTime() / 1000).build();
    }
}
