package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateValidator;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;

/// Decides on a peer's certificate, in Envoy's order: whether a trusted authority vouches for it,
/// whether it has the right name, whether it is one of those that are named by their digest.
final class PeerCertificates implements CertificateValidator {
    private final @Nullable TrustedAuthorities authorities;
    private final List<NameMatcher> names;
    private final boolean nameIsServerName;
    private final Pins pins;
    private final boolean acceptUntrusted;
    private final String place;
    private final String fingerprint;
    private final Stats stats;

    /// What is counted of all verifiers of one configuration.
    record Stats(Counter failVerifyError, Counter failVerifySan, Counter failVerifyCertHash) {
        static Stats in(StatsScope parent) {
            StatsScope ssl = parent.scope("ssl");
            return new Stats(
                    ssl.counter("fail_verify_error"),
                    ssl.counter("fail_verify_san"),
                    ssl.counter("fail_verify_cert_hash"));
        }
    }

    private PeerCertificates(
            @Nullable TrustedAuthorities authorities,
            List<NameMatcher> names,
            boolean nameIsServerName,
            Pins pins,
            boolean acceptUntrusted,
            String place,
            String fingerprint,
            Stats stats) {
        this.authorities = authorities;
        this.names = List.copyOf(names);
        this.nameIsServerName = nameIsServerName;
        this.pins = pins;
        this.acceptUntrusted = acceptUntrusted;
        this.place = place;
        this.fingerprint = fingerprint;
        this.stats = stats;
    }

    /// @param nameIsServerName the certificate must have the name that was asked for, and the
    ///   conditions on names count only where none was
    /// @param context at the message
    static PeerCertificates from(
            CertificateValidationContext message,
            CommonTls.Side side,
            boolean nameIsServerName,
            Stats stats,
            FactoryContext context) {
        TrustedAuthorities authorities = TrustedAuthorities.from(message, side, context.problems());
        if (nameIsServerName && authorities == null) {
            context.problems()
                    .add(
                            "",
                            "'auto_sni_san_validation' was configured without configuring a"
                                    + " trusted CA");
        }
        return new PeerCertificates(
                authorities,
                NameMatcher.from(message, context),
                nameIsServerName,
                Pins.from(message, context.problems()),
                message.getTrustChainVerification() == TrustChainVerification.ACCEPT_UNTRUSTED,
                message.hasTrustedCa() ? Pem.place(message.getTrustedCa()) : "",
                fingerprint(message, nameIsServerName),
                stats);
    }

    /// Without the places of files, which others may keep elsewhere.
    static String fingerprint(CertificateValidationContext message, boolean nameIsServerName) {
        CertificateValidationContext conditions =
                message.toBuilder().clearTrustedCa().clearCrl().clearWatchedDirectory().build();
        return nameIsServerName + HexFormat.of().formatHex(conditions.toByteArray());
    }

    @Override
    public String issuersPlace() {
        return place;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public List<X509Certificate> acceptedIssuers() {
        return authorities == null ? List.of() : authorities.certificates();
    }

    @Override
    public boolean validates() {
        return authorities != null || demands();
    }

    @Override
    public boolean demands() {
        return !acceptUntrusted && (!names.isEmpty() || !pins.empty());
    }

    @Override
    public boolean asks() {
        return validates() || acceptUntrusted;
    }

    @Override
    public Verdict verify(List<X509Certificate> chain, @Nullable String serverName) {
        Rejected rejected = rejection(chain, serverName);
        if (rejected == null) {
            return validates() ? Accepted.VALIDATED : Accepted.UNSEEN;
        }
        return acceptUntrusted ? Accepted.UNSEEN : rejected;
    }

    private @Nullable Rejected rejection(List<X509Certificate> chain, @Nullable String serverName) {
        if (authorities != null) {
            Rejected rejected = authorities.check(chain);
            if (rejected != null) {
                stats.failVerifyError.increment();
                return rejected;
            }
        }
        X509Certificate own = chain.getFirst();
        boolean byServerName = nameIsServerName && serverName != null;
        if ((byServerName || !names.isEmpty()) && !named(own, byServerName ? serverName : null)) {
            stats.failVerifySan.increment();
            return new Rejected(
                    Cause.OTHER,
                    "verify cert failed: SAN matcher, certificate SANs are ["
                            + SubjectNames.of(own)
                            + "]");
        }
        if (!pins.empty() && !pins.have(own)) {
            stats.failVerifyCertHash.increment();
            return new Rejected(Cause.OTHER, "verify cert failed: cert hash and spki");
        }
        return null;
    }

    /// @param serverName the one name that counts; null if the conditions do
    private boolean named(X509Certificate certificate, @Nullable String serverName) {
        SubjectNames own = SubjectNames.of(certificate);
        if (own.broken()) {
            return false;
        }
        if (serverName == null) {
            return names.stream().anyMatch(matcher -> matcher.matches(own));
        }
        return own.all().stream()
                .anyMatch(name ->
                        name.kind() == SubjectNames.Kind.DNS
                                && CertificateText.covers(name.value(), serverName));
    }
}
