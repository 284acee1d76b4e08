package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.TlsConfig;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// What both sides configure alike; all defaults of it live here.
record CommonTls(
        List<TlsConfig.Identity> identities,
        List<String> versions,
        List<String> cipherSuites,
        List<String> curves,
        List<String> applicationProtocols,
        List<X509Certificate> acceptedIssuers,
        PeerCertificates verifier) {
    private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");
    private static final int OLDEST_DEFAULT = 2;

    private static final List<String> CIPHERS =
            List.of(
                    "[ECDHE-ECDSA-AES128-GCM-SHA256|ECDHE-ECDSA-CHACHA20-POLY1305]",
                    "[ECDHE-RSA-AES128-GCM-SHA256|ECDHE-RSA-CHACHA20-POLY1305]",
                    "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-RSA-AES256-GCM-SHA384");
    private static final List<String> CURVES = List.of("X25519", "P-256");

    CommonTls {
        identities = List.copyOf(identities);
        versions = List.copyOf(versions);
        cipherSuites = List.copyOf(cipherSuites);
        curves = List.copyOf(curves);
        applicationProtocols = List.copyOf(applicationProtocols);
        acceptedIssuers = List.copyOf(acceptedIssuers);
    }

    /// Which side of the proxy it is for; they differ in the newest version.
    enum Side {
        DOWNSTREAM(3),
        UPSTREAM(2);

        private final int newestDefault;

        Side(int newestDefault) {
            this.newestDefault = newestDefault;
        }
    }

    /// @param nameIsServerName see [PeerCertificates#from]
    /// @param context at the message around this one, where it is `common_tls_context`
    static CommonTls from(
            CommonTlsContext message, Side side, boolean nameIsServerName, FactoryContext context) {
        Problems problems = context.problems().in("common_tls_context");
        TlsParameters params = message.getTlsParams();
        PeerCertificates verifier =
                PeerCertificates.from(
                        message.getValidationContext(),
                        side,
                        nameIsServerName,
                        context.withProblems(problems.in("validation_context")));
        return new CommonTls(
                identities(message, problems),
                versions(params, side, problems.in("tls_params")),
                params.getCipherSuitesCount() == 0 ? CIPHERS : params.getCipherSuitesList(),
                params.getEcdhCurvesCount() == 0 ? CURVES : params.getEcdhCurvesList(),
                applicationProtocols(message, problems),
                verifier.trusted(),
                verifier);
    }

    private static List<TlsConfig.Identity> identities(
            CommonTlsContext message, Problems problems) {
        List<TlsConfig.Identity> identities = new ArrayList<>();
        for (int index = 0; index < message.getTlsCertificatesCount(); index++) {
            TlsCertificate certificate = message.getTlsCertificates(index);
            TlsConfig.Identity identity =
                    Identities.from(certificate, problems.in("tls_certificates[" + index + "]"));
            if (identity != null) {
                identities.add(identity);
            }
        }
        return identities;
    }

    private static List<String> versions(TlsParameters params, Side side, Problems problems) {
        int oldest = place(params.getTlsMinimumProtocolVersion(), OLDEST_DEFAULT);
        int newest = place(params.getTlsMaximumProtocolVersion(), side.newestDefault);
        if (newest < oldest) {
            problems.at("tls_maximum_protocol_version")
                    .expected("not older than the minimum, " + VERSIONS.get(oldest))
                    .found(VERSIONS.get(newest));
            return VERSIONS;
        }
        return VERSIONS.subList(oldest, newest + 1);
    }

    private static int place(TlsParameters.TlsProtocol version, int unset) {
        return switch (version) {
            case TLSv1_0 -> 0;
            case TLSv1_1 -> 1;
            case TLSv1_2 -> 2;
            case TLSv1_3 -> 3;
            case TLS_AUTO, UNRECOGNIZED -> unset;
        };
    }

    private static List<String> applicationProtocols(CommonTlsContext message, Problems problems) {
        List<String> protocols = new ArrayList<>();
        for (String names : message.getAlpnProtocolsList()) {
            protocols.addAll(List.of(names.split(",", -1)));
        }
        for (String name : protocols) {
            if (name.isEmpty() || name.length() > 255) {
                problems.at("alpn_protocols").because("Invalid ALPN protocol string");
            }
        }
        return protocols;
    }

    /// The whole of one side's configuration.
    TlsConfig config(
            TlsConfig.PeerCertificate peer,
            TlsConfig.Sessions sessions,
            TlsConfig.ServerName serverName) {
        return new TlsConfig(
                identities,
                versions,
                cipherSuites,
                curves,
                applicationProtocols,
                peer,
                acceptedIssuers,
                verifier,
                sessions,
                serverName);
    }
}
