package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.WatchedFile;
import io.nuncio.spi.host.CertificateValidator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;

/// Decides on a peer's certificate by its SPIFFE identity: the authorities of the trust domain in
/// it, and of no other, must vouch for it.
final class SpiffeValidator implements CertificateValidator {
    private static final Logger LOG = LoggerFactory.getLogger("secret");
    private static final String SCHEME = "spiffe://";
    private static final int KEY_CERT_SIGN = 5;
    private static final int CRL_SIGN = 6;

    private final List<NameMatcher> names;
    private final String fingerprint;
    private final PeerCertificates.Stats stats;
    private volatile TrustBundles bundles;
    private @Nullable WatchedFile watch; // main thread

    private SpiffeValidator(
            List<NameMatcher> names,
            String fingerprint,
            PeerCertificates.Stats stats,
            TrustBundles bundles) {
        this.names = List.copyOf(names);
        this.fingerprint = fingerprint;
        this.stats = stats;
        this.bundles = bundles;
    }

    /// @param own at the message
    /// @param place at the one around it
    static SpiffeValidator from(
            SPIFFECertValidatorConfig message,
            CertificateValidationContext around,
            FactoryContext own,
            FactoryContext place) {
        List<NameMatcher> names =
                NameMatcher.from(around, place).stream()
                        .filter(each -> each.kind() == SubjectNames.Kind.URI)
                        .toList();
        boolean allowExpired = around.getAllowExpiredCertificate();
        SpiffeValidator made =
                new SpiffeValidator(
                        names,
                        PeerCertificates.fingerprint(around, false),
                        PeerCertificates.Stats.in(place.stats()),
                        TrustBundles.from(message, allowExpired, own.problems()));
        if (message.hasTrustBundles() && message.getTrustBundles().hasFilename()) {
            DataSource file = message.getTrustBundles();
            made.watch =
                    place.watch(
                            Path.of(file.getFilename()), () -> made.readAgain(file, allowExpired));
        }
        return made;
    }

    private void readAgain(DataSource file, boolean allowExpired) {
        Problems problems = new Problems();
        TrustBundles read = TrustBundles.from(file, allowExpired, problems);
        if (problems.all().isEmpty()) {
            bundles = read;
        }
        problems.all()
                .forEach(problem ->
                        LOG.warn("{}: the file is not taken: {}", file.getFilename(), problem));
    }

    @Override
    public Verdict verify(List<X509Certificate> chain, @Nullable String serverName) {
        X509Certificate own = chain.getFirst();
        SubjectNames subject = SubjectNames.of(own);
        Rejected rejected = untrusted(chain, own, subject);
        if (rejected != null) {
            stats.failVerifyError().increment();
            return rejected;
        }
        if (!names.isEmpty() && names.stream().noneMatch(each -> each.matches(subject))) {
            stats.failVerifySan().increment();
            return new Rejected(Cause.OTHER, "verify cert failed: SAN match");
        }
        return Accepted.VALIDATED;
    }

    private @Nullable Rejected untrusted(
            List<X509Certificate> chain, X509Certificate own, SubjectNames subject) {
        if (signsOthers(own)) {
            return new Rejected(Cause.OTHER, "verify cert failed: cert precheck");
        }
        TrustedAuthorities domain = bundles.of(trustDomain(subject));
        return domain == null
                ? new Rejected(Cause.UNKNOWN_ISSUER, "verify cert failed: no trust bundle store")
                : domain.check(chain);
    }

    private static boolean signsOthers(X509Certificate certificate) {
        boolean[] uses = certificate.getKeyUsage();
        return certificate.getBasicConstraints() >= 0
                || (uses != null && (uses[KEY_CERT_SIGN] || uses[CRL_SIGN]));
    }

    /// Of the first URI; empty if it is none of SPIFFE's.
    private static String trustDomain(SubjectNames subject) {
        for (SubjectNames.Name name : subject.all()) {
            if (name.kind() == SubjectNames.Kind.URI) {
                String uri = name.value();
                int slash = uri.startsWith(SCHEME) ? uri.indexOf('/', SCHEME.length()) : -1;
                return slash < 0 ? "" : uri.substring(SCHEME.length(), slash);
            }
        }
        return "";
    }

    @Override
    public boolean validates() {
        return true;
    }

    @Override
    public boolean asks() {
        return true;
    }

    @Override
    public boolean demands() {
        return true;
    }

    @Override
    public List<X509Certificate> acceptedIssuers() {
        return bundles.certificates();
    }

    @Override
    public String issuersPlace() {
        return bundles.place();
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        WatchedFile watching = watch;
        if (watching != null) {
            watch = null;
            watching.close();
        }
    }
}
