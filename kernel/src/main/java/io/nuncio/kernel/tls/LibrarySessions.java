package io.nuncio.kernel.tls;

import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsConfig.TicketKey;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;

import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/// How BoringSSL keeps and resumes sessions. Thread: main.
final class LibrarySessions {
    private static final byte[] PURPOSE = "nuncio session ticket".getBytes(StandardCharsets.UTF_8);

    private static final String ALTERNATIVE_NAMES = "2.5.29.17";

    private LibrarySessions() {}

    static void configure(OpenSslSessionContext sessions, TlsConfig config) {
        if (sessions instanceof OpenSslServerSessionContext server) {
            server.setSessionIdContext(scope(config));
            if (!config.sessions().ticketKeys().isEmpty()) {
                server.setTicketKeys(
                        config.sessions().ticketKeys().stream()
                                .map(LibrarySessions::derived)
                                .toArray(OpenSslSessionTicketKey[]::new));
            }
            if (!config.sessions().cache()) {
                server.setSessionCacheEnabled(false);
            }
            return;
        }
        int most = config.upstream().maxSessionKeys();
        sessions.setSessionCacheEnabled(most > 0);
        sessions.setSessionCacheSize(most);
    }

    /// The library's keys are shorter than the configuration's: the name stays, the rest is derived
    /// by HKDF of all, so that whoever has the same key reads the same tickets.
    private static OpenSslSessionTicketKey derived(TicketKey key) {
        byte[] bytes = key.bytes();
        byte[] name = Arrays.copyOf(bytes, OpenSslSessionTicketKey.NAME_SIZE);
        int signing = OpenSslSessionTicketKey.HMAC_KEY_SIZE;
        byte[] keys = expand(bytes, name, signing + OpenSslSessionTicketKey.AES_KEY_SIZE);
        return new OpenSslSessionTicketKey(
                name, Arrays.copyOf(keys, signing), Arrays.copyOfRange(keys, signing, keys.length));
    }

    private static byte[] expand(byte[] bytes, byte[] salt, int length) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(
                            HKDFParameterSpec.ofExtract()
                                    .addSalt(salt)
                                    .addIKM(bytes)
                                    .thenExpand(PURPOSE, length));
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("every JDK has HKDF", missing);
        }
    }

    /// A session is resumed only where certificates for the same names are presented and the same
    /// is demanded of the peer, as in Envoy.
    private static byte[] scope(TlsConfig config) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (TlsConfig.Identity identity : config.identities()) {
                X509Certificate own = identity.chain().getFirst();
                add(digest, own.getSubjectX500Principal().getEncoded());
                byte[] names = own.getExtensionValue(ALTERNATIVE_NAMES);
                add(digest, names == null ? new byte[0] : names);
                add(digest, own.getIssuerX500Principal().getEncoded());
            }
            for (X509Certificate issuer : config.acceptedIssuers()) {
                add(digest, issuer.getEncoded());
            }
            add(digest, config.peerCertificate().name());
            add(digest, config.sessions().scope());
            return digest.digest();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("it was read before", impossible);
        }
    }

    private static void add(MessageDigest digest, String text) {
        add(digest, text.getBytes(StandardCharsets.UTF_8));
    }

    private static void add(MessageDigest digest, byte[] bytes) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }
}
