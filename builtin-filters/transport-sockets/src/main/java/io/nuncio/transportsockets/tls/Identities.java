package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.TlsConfig;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;

/// Reads a certificate chain and its key. No message says anything of a key but where it is.
final class Identities {
    private static final byte[] PROBE = "does the key fit".getBytes(StandardCharsets.UTF_8);

    private Identities() {}

    /// @return null if anything is wrong; it is reported
    static TlsConfig.@Nullable Identity from(TlsCertificate message, Problems problems) {
        List<X509Certificate> chain = chain(message, problems);
        PrivateKey key = key(message, problems);
        if (chain.isEmpty() || key == null) {
            return null;
        }
        if (!fits(key, chain.getFirst().getPublicKey())) {
            problems.at("private_key")
                    .because(
                            "Failed to load private key from "
                                    + Pem.place(message.getPrivateKey())
                                    + ", Cause: it does not match the certificate");
            return null;
        }
        return new TlsConfig.Identity(chain, key, Pem.place(message.getCertificateChain()));
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
