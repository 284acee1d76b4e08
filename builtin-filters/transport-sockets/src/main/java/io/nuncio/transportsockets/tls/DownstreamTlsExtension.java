package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateValidator;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsSockets;

import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// TLS of listeners.
@Extension(
        name = "envoy.transport_sockets.tls",
        type = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        category = Category.DOWNSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class DownstreamTlsExtension implements TransportSocketFactory<DownstreamTlsContext> {
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|[,+])CN=");
    private static final Pattern EMPTY_COMMON_NAME = Pattern.compile("(?:^|[,+])CN=(?:[,+]|$)");

    @Override
    public TransportSocketTemplate configure(DownstreamTlsContext message, FactoryContext context) {
        CommonTlsContext own = message.getCommonTlsContext();
        CommonTls common =
                CommonTls.from(
                        own,
                        CommonTls.Side.DOWNSTREAM,
                        context.problems().in("common_tls_context"));
        TlsSecrets secrets = new TlsSecrets(own, CommonTls.Side.DOWNSTREAM, false, context);
        secrets.addTicketKeys(message, context);
        if (!secrets.present()) {
            context.problems()
                    .at("common_tls_context.tls_certificates")
                    .because("No TLS certificates found for server context");
        }
        check(message, secrets, context.problems());
        if (!context.problems().none()) {
            secrets.close();
            return new RefusedTls();
        }
        Supplier<TlsConfig> config =
                () ->
                        common.config(
                                secrets,
                                asked(message, secrets.verifier()),
                                sessions(message, secrets),
                                TlsConfig.ServerName.NONE,
                                rules(message),
                                TlsConfig.Upstream.DEFAULT);
        TlsSockets tls = context.platform().tls();
        SecretTls made =
                secrets.change()
                        ? SecretTls.following(
                                tls.changingDownstream(
                                        secrets.complete() ? config.get() : null, context),
                                secrets,
                                problems -> check(message, secrets, problems),
                                config)
                        : new SecretTls(tls.downstream(config.get(), context), secrets);
        if (!context.problems().none()) {
            made.close();
            return new RefusedTls();
        }
        return made;
    }

    private static TlsConfig.PeerCertificate asked(
            DownstreamTlsContext message, CertificateValidator verifier) {
        if (message.getRequireClientCertificate().getValue() || verifier.demands()) {
            return TlsConfig.PeerCertificate.REQUIRED;
        }
        return verifier.asks()
                ? TlsConfig.PeerCertificate.OPTIONAL
                : TlsConfig.PeerCertificate.NONE;
    }

    private static TlsConfig.Sessions sessions(DownstreamTlsContext message, TlsSecrets secrets) {
        return new TlsConfig.Sessions(
                !message.getDisableStatelessSessionResumption(),
                !message.getDisableStatefulSessionResumption(),
                message.getSessionTimeout().getSeconds(),
                secrets.ticketKeys(),
                secrets.verifier().fingerprint());
    }

    private static TlsConfig.Downstream rules(DownstreamTlsContext message) {
        return new TlsConfig.Downstream(
                switch (message.getOcspStaplePolicy()) {
                    case LENIENT_STAPLING, UNRECOGNIZED -> TlsConfig.StaplePolicy.LENIENT;
                    case STRICT_STAPLING -> TlsConfig.StaplePolicy.STRICT;
                    case MUST_STAPLE -> TlsConfig.StaplePolicy.MUST;
                },
                message.getFullScanCertsOnSniMismatch().getValue(),
                message.getPreferClientCiphers());
    }

    /// As Envoy: a certificate has a name, a common name is not empty, and a certificate that
    /// promises an OCSP response needs it, and so does a policy.
    private static void check(DownstreamTlsContext message, TlsSecrets secrets, Problems problems) {
        for (TlsConfig.Identity identity : secrets.identities()) {
            X509Certificate own = identity.chain().getFirst();
            String subject = own.getSubjectX500Principal().getName();
            if (EMPTY_COMMON_NAME.matcher(subject).find()) {
                problems.add("", "Invalid TLS context has an empty subject CN");
            } else if (!COMMON_NAME.matcher(subject).find() && !named(own)) {
                problems.add("", "Invalid TLS context has neither subject CN nor SAN names");
            }
            if (identity.staple() != null) {
                continue;
            }
            if (CertificateText.mustStaple(identity.chain().getFirst())) {
                problems.add("", "OCSP response is required for must-staple certificate");
            } else if (rules(message).staplePolicy() == TlsConfig.StaplePolicy.MUST) {
                problems.add("", "Required OCSP response is missing from TLS context");
            }
        }
    }

    /// True if it has an alternative name of a kind that peers know servers by.
    private static boolean named(X509Certificate certificate) {
        return SubjectNames.of(certificate).all().stream()
                .anyMatch(name ->
                        switch (name.kind()) {
                            case DNS, URI, IP_ADDRESS -> true;
                            case EMAIL, OTHER_NAME -> false;
                        });
    }
}
