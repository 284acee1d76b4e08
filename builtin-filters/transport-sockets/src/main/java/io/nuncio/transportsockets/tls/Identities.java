package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/// Reads a certificate chain and its key. No message says anything of a key but where it is.
final class Identities {
    private static final byte[] PROBE = "does the key fit".getBytes(StandardCharsets.UTF_8);

    private static final int SHORTEST_RSA = 2048;
    private static final Set<Integer> CURVES = Set.of(256, 384, 521);

    private Identities() {}

    /// @return null if anything is wrong; it is reported
    static TlsConfig.@Nullable Identity from(TlsCertificate message, Problems problems) {
        Pair pair = message.hasPkcs12() ? pkcs12(message, problems) : pem(message, problems);
        if (pair == null) {
            return null;
        }
        if (!fits(pair.key(), pair.chain().getFirst().getPublicKey())) {
            problems.at("private_key")
                    .because(
                            "Failed to load private key from "
                                    + Pem.place(message.getPrivateKey())
                                    + ", Cause: it does not match the certificate");
            return null;
        }
        String tooWeak = tooWeak(pair.chain().getFirst().getPublicKey());
        if (!tooWeak.isEmpty()) {
            problems.at("certificate_chain")
                    .because(
                            "Failed to load certificate chain from "
                                    + Pem.place(message.getCertificateChain())
                                    + ", only "
                                    + tooWeak
                                    + " are supported");
            return null;
        }
        TlsConfig.OcspStaple staple = null;
        if (message.hasOcspStaple()) {
            staple =
                    Staples.from(
                            message.getOcspStaple(),
                            pair.chain().getFirst(),
                            problems.in("ocsp_staple"));
            if (staple == null) {
                return null;
            }
        }
        DataSource where =
                message.hasPkcs12() ? message.getPkcs12() : message.getCertificateChain();
        return new TlsConfig.Identity(pair.chain(), pair.key(), Pem.place(where), staple);
    }

    /// What Envoy wants instead of such a key; empty if it is good.
    private static String tooWeak(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa when rsa.getModulus().bitLength() < SHORTEST_RSA ->
                    "RSA certificates with 2048-bit or larger keys";
            case ECPublicKey ec when !CURVES.contains(fieldSize(ec)) ->
                    "P-256, P-384 or P-521 ECDSA certificates";
            default -> "";
        };
    }

    private static int fieldSize(ECPublicKey key) {
        return key.getParams().getCurve().getField().getFieldSize();
    }

    private record Pair(List<X509Certificate> chain, PrivateKey key) {}

    private static @Nullable Pair pem(TlsCertificate message, Problems problems) {
        List<X509Certificate> chain = chain(message, problems);
        PrivateKey key = key(message, problems);
        return chain.isEmpty() || key == null ? null : new Pair(chain, key);
    }

    private static @Nullable Pair pkcs12(TlsCertificate message, Problems problems) {
        for (String other : List.of("private_key", "certificate_chain", "private_key_provider")) {
            if (message.hasField(TlsCertificate.getDescriptor().findFieldByName(other))) {
                problems.at("pkcs12")
                        .because("Certificate configuration can't have both pkcs12 and " + other);
                return null;
            }
        }
        Problems here = problems.in("pkcs12");
        int before = here.all().size();
        byte[] content = DataSources.bytes(message.getPkcs12(), here);
        if (here.all().size() > before) {
            return null;
        }
        char[] password =
                message.hasPassword()
                        ? DataSources.text(message.getPassword(), problems.in("password"))
                                .toCharArray()
                        : new char[0];
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), password);
            Pair pair = first(store, password);
            if (pair == null) {
                here.add("", "Failed to load pkcs12 from " + Pem.place(message.getPkcs12()));
            }
            return pair;
        } catch (GeneralSecurityException | IOException unreadable) {
            here.add(
                    "",
                    "Failed to load pkcs12 from "
                            + Pem.place(message.getPkcs12())
                            + ": it cannot be read with the password");
            return null;
        }
    }

    /// The first key with its certificates.
    private static @Nullable Pair first(KeyStore store, char[] password)
            throws GeneralSecurityException {
        for (String alias : Collections.list(store.aliases())) {
            Certificate[] chain = store.getCertificateChain(alias);
            if (chain != null && store.getKey(alias, password) instanceof PrivateKey key) {
                List<X509Certificate> certificates = new ArrayList<>();
                for (Certificate each : chain) {
                    certificates.add((X509Certificate) each);
                }
                return new Pair(certificates, key);
            }
        }
        return null;
    }

    private static List<X509Certificate> chain(TlsCertificate message, Problems problems) {
        if (!message.hasCertificateChain()) {
            problems.at("certificate_chain").because("is missing");
            return List.of();
        }
        return Pem.certificates(
                message.getCertificateChain(),
                "Failed to load certificate chain from ",
                problems.in("certificate_chain"));
    }

    private static @Nullable PrivateKey key(TlsCertificate message, Problems problems) {
        if (!message.hasPrivateKey()) {
            problems.at("private_key").because("is missing");
            return null;
        }
        DataSource source = message.getPrivateKey();
        Problems here = problems.in("private_key");
        String text = Pem.text(source, here);
        if (text == null) {
            return null;
        }
        String password =
                message.hasPassword()
                        ? DataSources.text(message.getPassword(), problems.in("password"))
                        : null;
        try {
            return PrivateKeys.parse(text, password);
        } catch (GeneralSecurityException | IllegalArgumentException unreadable) {
            here.add(
                    "",
                    "Failed to load private key from "
                            + Pem.place(source)
                            + ", Cause: "
                            + unreadable.getMessage());
            return null;
        }
    }

    private static boolean fits(PrivateKey key, PublicKey certificates) {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certificates);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException different) {
            return false;
        }
    }
}
