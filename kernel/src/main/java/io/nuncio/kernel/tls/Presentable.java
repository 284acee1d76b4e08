package io.nuncio.kernel.tls;

import io.nuncio.spi.host.CertificateText;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsConfig.Identity;

import org.jspecify.annotations.Nullable;

import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An identity as far as it is chosen by.
///
/// @param place in the configuration
/// @param keyType such as `RSA` and `EC`
/// @param curve the size of the key's curve in bits, [#NO_CURVE] for keys that are not ECDSA's
/// @param mustStaple the certificate promises an OCSP response
record Presentable(
        int place,
        Set<String> names,
        String keyType,
        int curve,
        TlsConfig.@Nullable OcspStaple staple,
        boolean mustStaple) {
    static final int NO_CURVE = 0;

    private static final int DNS_NAME = 2;
    private static final Pattern COMMON_NAME =
            Pattern.compile("(?:^|,)CN=([^,]+)", Pattern.CASE_INSENSITIVE);

    Presentable {
        names = Set.copyOf(names);
    }

    static Presentable of(int place, Identity identity) {
        X509Certificate certificate = identity.chain().getFirst();
        PublicKey key = certificate.getPublicKey();
        return new Presentable(
                place,
                names(certificate),
                key.getAlgorithm(),
                key instanceof ECPublicKey ec
                        ? ec.getParams().getCurve().getField().getFieldSize()
                        : NO_CURVE,
                identity.staple(),
                CertificateText.mustStaple(certificate));
    }

    boolean sameKeyType(Presentable other) {
        return keyType.equals(other.keyType);
    }

    /// @param asked as the JDK calls it, such as `RSA`, `EC` or `EC_EC`
    boolean fits(String asked) {
        return asked.equals(keyType)
                || asked.startsWith(keyType + "_")
                || (keyType.equals("EdDSA") && asked.startsWith("Ed"))
                || (keyType.equals("RSA") && asked.equals("RSASSA-PSS"));
    }

    /// The DNS names of a certificate, its common name where it has no alternative names at all;
    /// lower case.
    private static Set<String> names(X509Certificate certificate) {
        Set<String> names = new TreeSet<>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives == null) {
                Matcher common =
                        COMMON_NAME.matcher(certificate.getSubjectX500Principal().getName());
                return common.find() ? Set.of(common.group(1).toLowerCase(Locale.ROOT)) : Set.of();
            }
            alternatives.stream()
                    .filter(each -> each.get(0).equals(DNS_NAME))
                    .forEach(each -> names.add(each.get(1).toString().toLowerCase(Locale.ROOT)));
        } catch (CertificateParsingException broken) {
            return names;
        }
        return names;
    }
}
