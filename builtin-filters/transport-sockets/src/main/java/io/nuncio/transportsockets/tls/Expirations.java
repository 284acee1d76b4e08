package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.nuncio.spi.DataSources;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/// When certificates expire, `ssl.certificate.<name>.expiration_unix_time_seconds`. The name is
/// that of the secret; without one, it is made of the content. Thread: main.
final class Expirations {
    private static final int SHORT = 8;

    private final StatsScope ssl;

    /// @param parent gets `ssl.`
    Expirations(StatsScope parent) {
        ssl = parent.scope("ssl");
    }

    /// @param secret its name, empty if it has none
    /// @param kind `cert` or `ca_cert`
    static String name(String secret, String kind, DataSource content) {
        if (!secret.isEmpty()) {
            return secret;
        }
        try {
            byte[] bytes = DataSources.bytes(content, new Problems());
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "unnamed_" + kind + "_" + HexFormat.of().formatHex(digest).substring(0, SHORT);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has SHA-256", missing);
        }
    }

    void set(String name, X509Certificate certificate) {
        ssl.gauge("certificate." + name + ".expiration_unix_time_seconds")
                .set(certificate.getNotAfter().getTime() / 1000);
    }
}
