package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.OPTIONAL;

import io.nuncio.spi.FormatContext;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateText.NameKind;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.function.Function;

/// Operators that print what TLS established, downstream and upstream.
final class TlsOperators {
    private TlsOperators() {}

    static void addTo(Operators operators, FormatEnvironment environment) {
        Function<FormatContext, @Nullable TlsInfo> downstream =
                context -> context.info().downstream().tls();
        Function<FormatContext, @Nullable TlsInfo> upstream = TlsOperators::upstreamTls;
        addCommon(operators, "DOWNSTREAM_", downstream);
        addCommon(operators, "UPSTREAM_", upstream);
        for (var side : List.of("PEER", "LOCAL")) {
            boolean peer = side.equals("PEER");
            addNames(operators, "DOWNSTREAM_" + side + "_IP_SAN", downstream, peer, NameKind.IP);
            addNames(operators, "DOWNSTREAM_" + side + "_DNS_SAN", downstream, peer, NameKind.DNS);
            addNames(operators, "DOWNSTREAM_" + side + "_URI_SAN", downstream, peer, NameKind.URI);
            addNames(
                    operators,
                    "DOWNSTREAM_" + side + "_EMAIL_SAN",
                    downstream,
                    peer,
                    NameKind.EMAIL);
            addNames(
                    operators,
                    "DOWNSTREAM_" + side + "_OTHERNAME_SAN",
                    downstream,
                    peer,
                    NameKind.OTHER_NAME);
            addNames(operators, "UPSTREAM_" + side + "_IP_SAN", upstream, peer, NameKind.IP);
            addNames(operators, "UPSTREAM_" + side + "_DNS_SAN", upstream, peer, NameKind.DNS);
            addNames(operators, "UPSTREAM_" + side + "_URI_SAN", upstream, peer, NameKind.URI);
        }
        add(operators, "DOWNSTREAM_LOCAL_SUBJECT", downstream, tls -> subject(first(tls, false)));
        add(
                operators,
                "DOWNSTREAM_PEER_FINGERPRINT_256",
                downstream,
                tls -> digest(first(tls, true), "SHA-256"));
        add(
                operators,
                "DOWNSTREAM_PEER_FINGERPRINT_1",
                downstream,
                tls -> digest(first(tls, true), "SHA-1"));
        add(operators, "DOWNSTREAM_PEER_SERIAL", downstream, tls -> serial(first(tls, true)));
        add(
                operators,
                "DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_256",
                downstream,
                tls -> chain(tls, certificate -> digest(certificate, "SHA-256")));
        add(
                operators,
                "DOWNSTREAM_PEER_CHAIN_FINGERPRINTS_1",
                downstream,
                tls -> chain(tls, certificate -> digest(certificate, "SHA-1")));
        add(
                operators,
                "DOWNSTREAM_PEER_CHAIN_SERIALS",
                downstream,
                tls -> chain(tls, TlsOperators::serial));
        addMoments(operators, "DOWNSTREAM_", downstream);
        addMoments(operators, "UPSTREAM_", upstream);
    }

    private static void addCommon(
            Operators operators, String side, Function<FormatContext, @Nullable TlsInfo> tls) {
        add(operators, side + "TLS_VERSION", tls, TlsInfo::version);
        add(operators, side + "TLS_CIPHER", tls, TlsInfo::cipher);
        add(operators, side + "TLS_SESSION_ID", tls, TlsInfo::sessionId);
        add(operators, side + "PEER_SUBJECT", tls, info -> subject(first(info, true)));
        add(operators, side + "PEER_ISSUER", tls, info -> issuer(first(info, true)));
        add(operators, side + "PEER_CERT", tls, info -> pem(first(info, true)));
    }

    /// An operator that prints nothing on a plaintext connection, nor an empty value.
    private static void add(
            Operators operators,
            String name,
            Function<FormatContext, @Nullable TlsInfo> tls,
            Function<TlsInfo, @Nullable String> value) {
        operators.add(
                name,
                new Pieces.Text(context -> {
                    TlsInfo info = tls.apply(context);
                    String text = info == null ? null : value.apply(info);
                    return text == null || text.isEmpty() ? null : text;
                }));
    }

    private static void addNames(
            Operators operators,
            String name,
            Function<FormatContext, @Nullable TlsInfo> tls,
            boolean peer,
            NameKind kind) {
        add(operators, name, tls, info -> names(first(info, peer), kind));
    }

    private static void addMoments(
            Operators operators, String side, Function<FormatContext, @Nullable TlsInfo> tls) {
        addMoment(operators, side + "PEER_CERT_V_START", tls, X509Certificate::getNotBefore);
        addMoment(operators, side + "PEER_CERT_V_END", tls, X509Certificate::getNotAfter);
    }

    private static void addMoment(
            Operators operators,
            String name,
            Function<FormatContext, @Nullable TlsInfo> tls,
            Function<X509Certificate, Date> moment) {
        operators.add(
                name,
                OPTIONAL,
                false,
                (format, _) ->
                        new Pieces.Time(
                                context -> {
                                    TlsInfo info = tls.apply(context);
                                    X509Certificate peer = info == null ? null : first(info, true);
                                    return peer == null
                                            ? Pieces.NONE
                                            : moment.apply(peer).getTime() * 1000;
                                },
                                TimePattern.of(format, null)));
    }

    private static @Nullable TlsInfo upstreamTls(FormatContext context) {
        UpstreamInfo upstream = context.info().upstream();
        return upstream == null || upstream.connection() == null
                ? null
                : upstream.connection().tls();
    }

    private static @Nullable X509Certificate first(TlsInfo tls, boolean peer) {
        List<X509Certificate> chain = peer ? tls.peerCertificates() : tls.localCertificates();
        return chain.isEmpty() ? null : chain.getFirst();
    }

    private static String chain(TlsInfo tls, Function<X509Certificate, @Nullable String> value) {
        List<String> values = new ArrayList<>();
        for (X509Certificate certificate : tls.peerCertificates()) {
            String text = value.apply(certificate);
            if (text != null) {
                values.add(text);
            }
        }
        return String.join(",", values);
    }

    private static @Nullable String subject(@Nullable X509Certificate certificate) {
        return certificate == null ? null : CertificateText.subject(certificate);
    }

    private static @Nullable String issuer(@Nullable X509Certificate certificate) {
        return certificate == null ? null : CertificateText.issuer(certificate);
    }

    private static @Nullable String serial(@Nullable X509Certificate certificate) {
        return certificate == null ? null : CertificateText.serial(certificate);
    }

    private static @Nullable String digest(
            @Nullable X509Certificate certificate, String algorithm) {
        return certificate == null ? null : CertificateText.digest(certificate, algorithm);
    }

    private static @Nullable String pem(@Nullable X509Certificate certificate) {
        return certificate == null ? null : CertificateText.urlEncodedPem(certificate);
    }

    private static @Nullable String names(@Nullable X509Certificate certificate, NameKind kind) {
        return certificate == null
                ? null
                : String.join(",", CertificateText.names(certificate, kind));
    }
}
