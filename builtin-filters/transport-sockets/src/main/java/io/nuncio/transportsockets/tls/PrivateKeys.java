package io.nuncio.transportsockets.tls;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/// Private keys in PEM: PKCS#8, plain or encrypted, PKCS#1 (`RSA PRIVATE KEY`) and SEC 1 (`EC
/// PRIVATE KEY`).
final class PrivateKeys {
    private static final String[] ALGORITHMS = {"RSA", "EC", "EdDSA"};

    /// The algorithm identifier `rsaEncryption`, with its null parameters.
    private static final byte[] RSA = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    /// The object identifier `id-ecPublicKey`.
    private static final byte[] EC = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };

    private static final byte[] VERSION = {0x02, 0x01, 0x00};

    private PrivateKeys() {}

    /// The first key in the text.
    ///
    /// @param password null if none is configured
    /// @throws GeneralSecurityException if there is none, or it cannot be read; the message has
    ///   nothing of the key
    static PrivateKey parse(String text, @Nullable String password)
            throws GeneralSecurityException {
        for (Pem.Block block : Pem.blocks(text)) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return pkcs8(block.content());
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return pkcs8(decrypted(block.content(), password));
                }
                case "RSA PRIVATE KEY" -> {
                    refuseOldEncryption(block);
                    return pkcs8(wrapped(RSA, block.content()));
                }
                case "EC PRIVATE KEY" -> {
                    refuseOldEncryption(block);
                    return pkcs8(wrapped(ecAlgorithm(block.content()), block.content()));
                }
                default -> {}
            }
        }
        throw new InvalidKeyException("there is no private key in it");
    }

    private static void refuseOldEncryption(Pem.Block block) throws InvalidKeyException {
        if (!block.headers().isEmpty()) {
            throw new InvalidKeyException(
                    "it is encrypted in OpenSSL's old format; `openssl pkcs8 -topk8` writes one"
                            + " that can be read");
        }
    }

    private static PrivateKey pkcs8(byte[] content) throws GeneralSecurityException {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm)
                        .generatePrivate(new PKCS8EncodedKeySpec(content));
            } catch (InvalidKeySpecException another) {
                continue;
            }
        }
        throw new InvalidKeyException("it is not a key of " + String.join(", ", ALGORITHMS));
    }

    private static byte[] decrypted(byte[] content, @Nullable String password)
            throws GeneralSecurityException {
        if (password == null) {
            throw new InvalidKeyException("it is encrypted, and there is no password");
        }
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(content);
            String algorithm =
                    info.getAlgName().equals("PBES2")
                            ? String.valueOf(info.getAlgParameters())
                            : info.getAlgName();
            PBEKeySpec secret = new PBEKeySpec(password.toCharArray());
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
                    info.getAlgParameters());
            secret.clearPassword();
            return info.getKeySpec(cipher).getEncoded();
        } catch (IOException | InvalidKeySpecException wrong) {
            throw new InvalidKeyException("it cannot be decrypted with the password", wrong);
        }
    }

    /// PKCS#8 around a key in the format of its algorithm.
    private static byte[] wrapped(byte[] algorithm, byte[] key) {
        return der(0x30, VERSION, algorithm, der(0x04, key));
    }

    /// The algorithm of a SEC 1 key: its curve stands in the element `[0]`.
    private static byte[] ecAlgorithm(byte[] key) throws InvalidKeyException {
        for (int index = 0; index + 4 < key.length; index++) {
            if ((key[index] & 0xff) == 0xa0
                    && key[index + 2] == 0x06
                    && key[index + 1] == key[index + 3] + 2) {
                int end = index + 2 + key[index + 1];
                if (end <= key.length) {
                    return der(0x30, EC, Arrays.copyOfRange(key, index + 2, end));
                }
            }
        }
        throw new InvalidKeyException("it does not name its curve");
    }

    private static byte[] der(int tag, byte[]... parts) {
        var content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        var all = new ByteArrayOutputStream();
        all.write(tag);
        int length = content.size();
        if (length < 0x80) {
            all.write(length);
        } else if (length < 0x100) {
            all.write(0x81);
            all.write(length);
        } else {
            all.write(0x82);
            all.write(length >> 8);
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }
}
