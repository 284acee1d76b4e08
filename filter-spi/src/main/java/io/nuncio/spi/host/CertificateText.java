package io.nuncio.spi.host;

import io.nuncio.spi.Address;

import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import javax.security.auth.x500.X500Principal;

/// What a certificate says, in the words that Envoy has for it in logs and headers. Each call
/// computes: keep the result where it is wanted more than once. Thread: any.
public final class CertificateText {
    /// A kind of alternative name.
    public enum NameKind {
        OTHER_NAME(0),
        EMAIL(1),
        DNS(2),
        URI(6),
        IP(7);

        private final int number; // of RFC 5280

        NameKind(int number) {
            this.number = number;
        }
    }

    /// The extension "TLS feature", and its value for "status_request" alone, in an octet string.
    private static final String FEATURE = "1.3.6.1.5.5.7.1.24";

    private static final byte[] STATUS_REQUEST = HexFormat.of().parseHex("04053003020105");

    /// OpenSSL's short names, where RFC 2253 has none or writes them otherwise.
    private static final Map<String, String> SHORT_NAMES =
            Map.ofEntries(
                    Map.entry("2.5.4.4", "SN"),
                    Map.entry("2.5.4.5", "serialNumber"),
                    Map.entry("2.5.4.9", "street"),
                    Map.entry("2.5.4.12", "title"),
                    Map.entry("2.5.4.13", "description"),
                    Map.entry("2.5.4.15", "businessCategory"),
                    Map.entry("2.5.4.17", "postalCode"),
                    Map.entry("2.5.4.41", "name"),
                    Map.entry("2.5.4.42", "GN"),
                    Map.entry("2.5.4.43", "initials"),
                    Map.entry("2.5.4.44", "generationQualifier"),
                    Map.entry("2.5.4.46", "dnQualifier"),
                    Map.entry("2.5.4.65", "pseudonym"),
                    Map.entry("1.2.840.113549.1.9.1", "emailAddress"),
                    Map.entry("1.2.840.113549.1.9.2", "unstructuredName"));

    private CertificateText() {}

    /// The subject as RFC 2253 has it, in printable ASCII.
    public static String subject(X509Certificate certificate) {
        return name(certificate.getSubjectX500Principal());
    }

    /// The issuer, likewise.
    public static String issuer(X509Certificate certificate) {
        return name(certificate.getIssuerX500Principal());
    }

    /// A distinguished name as OpenSSL writes it by RFC 2253: the last part first, what is not
    /// printable ASCII as `\` and two digits for each byte of UTF-8.
    public static String name(X500Principal name) {
        String text = name.getName(X500Principal.RFC2253, SHORT_NAMES);
        StringBuilder out = new StringBuilder(text.length());
        boolean first = false;
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            if (character == '\\' && i < text.length()) {
                char escaped = text.charAt(i++);
                if (escaped != '=' && (escaped != '#' || first)) {
                    out.append('\\');
                }
                out.append(escaped);
            } else if (character < ' ' || character > '~') {
                byte[] bytes = Character.toString(character).getBytes(StandardCharsets.UTF_8);
                for (byte each : bytes) {
                    out.append('\\').append(HexFormat.of().withUpperCase().toHexDigits(each));
                }
            } else {
                out.appendCodePoint(character);
            }
            first = character == '=';
        }
        return out.toString();
    }

    /// The serial number, lower-case hexadecimal of whole bytes.
    public static String serial(X509Certificate certificate) {
        String digits = certificate.getSerialNumber().toString(16);
        return digits.length() % 2 == 0 ? digits : "0" + digits;
    }

    /// True if the certificate says that it comes with an OCSP response ("must staple", RFC 7633).
    public static boolean mustStaple(X509Certificate certificate) {
        return Arrays.equals(certificate.getExtensionValue(FEATURE), STATUS_REQUEST);
    }

    /// A digest of the whole certificate, lower-case hexadecimal.
    ///
    /// @param algorithm such as `SHA-256`
    public static String digest(X509Certificate certificate, String algorithm) {
        try {
            byte[] digest = MessageDigest.getInstance(algorithm).digest(certificate.getEncoded());
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException | CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The certificate in PEM, encoded as part of a URL.
    public static String urlEncodedPem(X509Certificate certificate) {
        try {
            String base64 =
                    Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(certificate.getEncoded());
            String pem = "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n";
            return URLEncoder.encode(pem, StandardCharsets.UTF_8).replace("+", "%20");
        } catch (CertificateEncodingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// The subject's alternative names of one kind, in the certificate's order; none if the
    /// certificate's names cannot be read.
    public static List<String> names(X509Certificate certificate, NameKind kind) {
        Collection<List<?>> alternatives;
        try {
            alternatives = certificate.getSubjectAlternativeNames();
        } catch (CertificateParsingException _) {
            return List.of();
        }
        if (alternatives == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (List<?> alternative : alternatives) {
            if (alternative.getFirst().equals(kind.number)) {
                String text = text(alternative.get(1));
                names.add(kind == NameKind.IP ? address(text) : text);
            }
        }
        return names;
    }

    /// True if a DNS name of a certificate is the name, or covers it with a wildcard in its first
    /// label (RFC 6125 6.4.3). Upper and lower case are the same.
    public static boolean covers(String ofCertificate, String dnsName) {
        String pattern = ofCertificate.toLowerCase(Locale.ROOT);
        String name = dnsName.toLowerCase(Locale.ROOT);
        if (pattern.equals(name)) {
            return true;
        }
        int dot = pattern.indexOf('.');
        int nameDot = name.indexOf('.');
        int star = pattern.indexOf('*');
        if (dot < 0 || nameDot < 0 || star < 0 || star > dot || star != pattern.lastIndexOf('*')) {
            return false;
        }
        String label = name.substring(0, nameDot);
        String before = pattern.substring(0, star);
        String after = pattern.substring(star + 1, dot);
        return pattern.substring(dot).equals(name.substring(nameDot))
                && !pattern.startsWith("xn--")
                && label.length() >= before.length() + after.length()
                && label.startsWith(before)
                && label.endsWith(after);
    }

    /// IPv6 in its short form.
    private static String address(String text) {
        try {
            return new Address.Ip(InetAddress.ofLiteral(text), 0).host();
        } catch (IllegalArgumentException noAddress) {
            return text;
        }
    }

    /// Names are strings, but those of unknown kinds are encoded bytes.
    private static String text(Object name) {
        return name instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : name.toString();
    }
}
