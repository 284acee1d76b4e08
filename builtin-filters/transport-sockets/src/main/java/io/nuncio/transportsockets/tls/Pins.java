package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.nuncio.spi.Problems;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/// The certificates and keys that a configuration names by their SHA-256.
///
/// @param certificates lower-case hexadecimal
/// @param keys of the public key with its algorithm, base 64
record Pins(Set<String> certificates, Set<String> keys) {
    private static final int WITH_COLONS = 95;
    private static final int DIGEST = 32;

    Pins {
        certificates = Set.copyOf(certificates);
        keys = Set.copyOf(keys);
    }

    static Pins from(CertificateValidationContext message, Problems problems) {
        Set<String> certificates = new HashSet<>();
        for (int index = 0; index < message.getVerifyCertificateHashCount(); index++) {
            String hash = message.getVerifyCertificateHash(index);
            String digits = hash.length() == WITH_COLONS ? hash.replace(":", "") : hash;
            if (!digits.matches("[0-9a-fA-F]{64}")) {
                problems.at("verify_certificate_hash[" + index + "]")
                        .because("Invalid hex-encoded SHA-256 " + hash);
            }
            certificates.add(digits.toLowerCase(Locale.ROOT));
        }
        for (int index = 0; index < message.getVerifyCertificateSpkiCount(); index++) {
            String hash = message.getVerifyCertificateSpki(index);
            if (!isDigest(hash)) {
                problems.at("verify_certificate_spki[" + index + "]")
                        .because("Invalid base64-encoded SHA-256 " + hash);
            }
        }
        return new Pins(certificates, Set.copyOf(message.getVerifyCertificateSpkiList()));
    }

    private static boolean isDigest(String base64) {
        try {
            return Base64.getDecoder().decode(base64).length == DIGEST;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    boolean empty() {
        return certificates.isEmpty() && keys.isEmpty();
    }

    boolean have(X509Certificate certificate) {
        try {
            return certificates.contains(HexFormat.of().formatHex(sha256(certificate.getEncoded())))
                    || keys.contains(
                            Base64.getEncoder()
                                    .encodeToString(
                                            sha256(certificate.getPublicKey().getEncoded())));
        } catch (CertificateEncodingException broken) {
            return false;
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }
}
