package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsKeyLog;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.CertificateValidator;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What both sides configure alike, besides secrets; all defaults of it live here.
record CommonTls(
        List<String> versions,
        List<String> cipherSuites,
        List<String> curves,
        List<String> applicationProtocols,
        TlsConfig.@Nullable KeyLog keyLog) {
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
        versions = List.copyOf(versions);
        cipherSuites = List.copyOf(cipherSuites);
        curves = List.copyOf(curves);
        applicationProtocols = List.copyOf(applicationProtocols);
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

    /// @param problems at the message
    static CommonTls from(CommonTlsContext message, Side side, Problems problems) {
        TlsParameters params = message.getTlsParams();
        return new CommonTls(
                versions(params, side, problems.in("tls_params")),
                params.getCipherSuitesCount() == 0 ? CIPHERS : params.getCipherSuitesList(),
                params.getEcdhCurvesCount() == 0 ? CURVES : params.getEcdhCurvesList(),
                applicationProtocols(message, problems),
                message.hasKeyLog() ? keyLog(message.getKeyLog(), problems.in("key_log")) : null);
    }

    private static TlsConfig.KeyLog keyLog(TlsKeyLog message, Problems problems) {
        return new TlsConfig.KeyLog(
                message.getPath(),
                ranges(message.getLocalAddressRangeList(), "local_address_range", problems),
                ranges(message.getRemoteAddressRangeList(), "remote_address_range", problems));
    }

    private static List<IpRange> ranges(List<CidrRange> messages, String field, Problems problems) {
        List<IpRange> ranges = new ArrayList<>();
        for (int index = 0; index < messages.size(); index++) {
            IpRange range = IpRange.of(messages.get(index), problems.in(field + "[" + index + "]"));
            if (range != null) {
                ranges.add(range);
            }
        }
        return ranges;
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
            TlsSecrets secrets,
            TlsConfig.PeerCertificate peer,
            TlsConfig.Sessions sessions,
            TlsConfig.ServerName serverName,
            TlsConfig.Downstream downstream,
            TlsConfig.Upstream upstream) {
        CertificateValidator verifier = secrets.verifier();
        return new TlsConfig(
                secrets.identities(),
                versions,
                cipherSuites,
                curves,
                applicationProtocols,
                peer,
                verifier.acceptedIssuers(),
                verifier.issuersPlace(),
                verifier,
                sessions,
                serverName,
                downstream,
                upstream,
                keyLog);
    }
}
