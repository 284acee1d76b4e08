package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.CertificateText.NameKind;

import org.jspecify.annotations.Nullable;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/// What becomes of `x-forwarded-client-cert` (XFCC): who called the proxies before this one, and
/// who called this one.
///
/// Envoy: docs `configuration/http/http_conn_man/headers`, "x-forwarded-client-cert".
record ClientCertificateRules(
        ForwardClientCertDetails forward,
        boolean cert,
        boolean chain,
        boolean subject,
        boolean uri,
        boolean dns) {

    static ClientCertificateRules from(HttpConnectionManager message) {
        var details = message.getSetCurrentClientCertDetails();
        return new ClientCertificateRules(
                message.getForwardClientCertDetails(),
                details.getCert(),
                details.getChain(),
                details.getSubject().getValue(),
                details.getUri(),
                details.getDns());
    }

    /// What this proxy says of a peer: the same for each request of a connection.
    ///
    /// @param tls null on a plaintext connection
    /// @return null if the peer presented no certificate; empty if nothing is to be said
    @Nullable String element(@Nullable TlsInfo tls) {
        if (tls == null || tls.peerCertificates().isEmpty()) {
            return null;
        }
        return switch (forward) {
            case APPEND_FORWARD, SANITIZE_SET ->
                    element(tls.localCertificates(), tls.peerCertificates());
            case SANITIZE, FORWARD_ONLY, ALWAYS_FORWARD_ONLY, UNRECOGNIZED -> "";
        };
    }

    private String element(List<X509Certificate> local, List<X509Certificate> peer) {
        List<String> pairs = new ArrayList<>();
        if (!local.isEmpty()) {
            for (String name : CertificateText.names(local.getFirst(), NameKind.URI)) {
                addName(pairs, "By=", name);
            }
        }
        X509Certificate own = peer.getFirst();
        pairs.add("Hash=" + CertificateText.digest(own, "SHA-256"));
        if (cert) {
            pairs.add("Cert=\"" + CertificateText.urlEncodedPem(own) + '"');
        }
        if (chain) {
            StringBuilder all = new StringBuilder();
            for (X509Certificate each : peer) {
                all.append(CertificateText.urlEncodedPem(each));
            }
            pairs.add("Chain=\"" + all + '"');
        }
        if (subject) {
            pairs.add("Subject=\"" + CertificateText.subject(own) + '"');
        }
        if (uri) {
            List<String> names = CertificateText.names(own, NameKind.URI);
            if (names.isEmpty()) {
                pairs.add("URI=");
            }
            for (String name : names) {
                addName(pairs, "URI=", name);
            }
        }
        if (dns) {
            for (String name : CertificateText.names(own, NameKind.DNS)) {
                addName(pairs, "DNS=", name);
            }
        }
        return String.join(";", pairs);
    }

    /// A name that would read as more than itself is quoted; one with characters that neither a URI
    /// nor a host name has is left out, since no quoting of it would be safe.
    private static void addName(List<String> pairs, String key, String name) {
        boolean quoted = false;
        for (int i = 0; i < name.length(); i++) {
            char character = name.charAt(i);
            if (character <= ' ' || character > '~' || character == '"' || character == '\\') {
                return;
            }
            quoted |= character == ',' || character == ';';
        }
        pairs.add(quoted ? key + '"' + name + '"' : key + name);
    }

    /// @param element as [#element] made it
    void apply(RequestHeaders headers, @Nullable String element) {
        if (forward == ForwardClientCertDetails.ALWAYS_FORWARD_ONLY) {
            return;
        }
        if (forward == ForwardClientCertDetails.SANITIZE || element == null) {
            headers.remove(HeaderName.X_FORWARDED_CLIENT_CERT);
        } else if (forward == ForwardClientCertDetails.SANITIZE_SET) {
            headers.set(HeaderName.X_FORWARDED_CLIENT_CERT, element);
        } else if (forward == ForwardClientCertDetails.APPEND_FORWARD) {
            append(headers, element);
        }
    }

    /// The peer's own stands last, after the elements of all the headers that came.
    private static void append(RequestHeaders headers, String element) {
        int first = headers.find(HeaderName.X_FORWARDED_CLIENT_CERT);
        if (first >= 0 && headers.findAfter(first, HeaderName.X_FORWARDED_CLIENT_CERT) >= 0) {
            headers.set(
                    HeaderName.X_FORWARDED_CLIENT_CERT,
                    String.join(",", headers.getAll(HeaderName.X_FORWARDED_CLIENT_CERT)));
        }
        headers.appendValue(HeaderName.X_FORWARDED_CLIENT_CERT, ",", element);
    }
}
