package io.nuncio.rbac;

import io.envoyproxy.envoy.extensions.rbac.principals.mtls_authenticated.v3.Config;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.RbacCondition;
import io.nuncio.spi.RbacConditionFactory;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateText.NameKind;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Predicate;

/// Envoy's principal for peers whose certificate was verified.
@Extension(
        name = "envoy.rbac.principals.mtls_authenticated",
        type = "envoy.extensions.rbac.principals.mtls_authenticated.v3.Config",
        category = Category.RBAC_PRINCIPAL,
        securityPosture = "unknown")
public final class MtlsAuthenticated implements RbacConditionFactory<Config> {
    @Override
    public RbacCondition configure(Config message, FactoryContext context) {
        if (message.hasSanMatcher()) {
            return named(message.getSanMatcher(), context.in("san_matcher", context.name()));
        }
        if (!message.getAnyValidatedClientCertificate()) {
            context.problems()
                    .add(
                            "",
                            "envoy.rbac.principals.mtls_authenticated did not have any configured"
                                    + " validation. At least one configuration field must be set.");
        }
        return subject -> validated(subject) != null;
    }

    private static RbacCondition named(SubjectAltNameMatcher message, FactoryContext context) {
        NameKind kind =
                switch (message.getSanType()) {
                    case EMAIL -> NameKind.EMAIL;
                    case DNS -> NameKind.DNS;
                    case URI -> NameKind.URI;
                    case IP_ADDRESS -> NameKind.IP;
                    case OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED -> null;
                };
        if (kind == null) {
            context.problems()
                    .at("san_type")
                    .expected("EMAIL, DNS, URI or IP_ADDRESS")
                    .found(message.getSanType().name());
            return _ -> false;
        }
        Predicate<String> name = name(kind, message.getMatcher(), context);
        return subject -> {
            TlsInfo tls = validated(subject);
            return tls != null && anyMatches(tls.peerNames().alternatives(kind), name);
        };
    }

    private static boolean anyMatches(List<String> names, Predicate<String> name) {
        for (String each : names) {
            if (name.test(each)) {
                return true;
            }
        }
        return false;
    }

    /// A whole DNS name is covered by wildcards of certificates.
    private static Predicate<String> name(
            NameKind kind, StringMatcher message, FactoryContext context) {
        if (kind == NameKind.DNS
                && message.getMatchPatternCase() == StringMatcher.MatchPatternCase.EXACT) {
            String exact = message.getExact();
            return name -> CertificateText.covers(name, exact);
        }
        TextMatcher matcher = context.textMatcher("matcher", message);
        return matcher::matches;
    }

    /// Null if the peer is not known for sure.
    private static @Nullable TlsInfo validated(MatchContext subject) {
        TlsInfo tls = subject.connection().tls();
        return tls != null && tls.peerCertificateValidated() ? tls : null;
    }
}
