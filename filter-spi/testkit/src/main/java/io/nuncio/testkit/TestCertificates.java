package io.nuncio.testkit;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// A certificate authority for tests: makes certificates with any names, dates and keys, written
/// out by hand so that broken ones can be made, too.
public final class TestCertificates {
    /// A certificate with its key.
    ///
    /// @param chain its own certificate first
    public record Identity(List<X509Certificate> chain, PrivateKey key) {
        public X509Certificate certificate() {
            return chain.getFirst();
        }

        /// The whole chain.
        public String certificatePem() {
            StringBuilder text = new StringBuilder();
            try {
                for (X509Certificate each : chain) {
                    text.append(pem("CERTIFICATE", each.getEncoded()));
                }
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
            return text.toString();
        }

        /// The key in PKCS#8.
        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }
    }

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    /// In place of a common name: the subject is to have none, but an organization.
    public static final String NO_COMMON_NAME = "an organization";

    private static final String COMMON_NAME = "550403";
    private static final String ORGANIZATION = "55040a";

    private static final String SERVER_AUTH = "2b06010505070301";
    private static final String CLIENT_AUTH = "2b06010505070302";

    private final Identity authority;

    private TestCertificates(Identity authority) {
        this.authority = authority;
    }

    /// A new authority, which trusts itself.
    public static TestCertificates authority(String name) {
        return of(selfSigned(name).authorityItself().issue());
    }

    /// Who signs with a certificate's key, be it an authority's or not.
    public static TestCertificates of(Identity identity) {
        return new TestCertificates(identity);
    }

    /// Begins a certificate that signs itself.
    public static Request selfSigned(String commonName) {
        return new Request(null, commonName);
    }

    /// An authority that this one vouches for.
    public TestCertificates intermediate(String name) {
        return new TestCertificates(new Request(this, name).authorityItself().issue());
    }

    /// Another certificate for the name and key of another authority, for which this one vouches.
    public X509Certificate vouchingFor(TestCertificates other) {
        return request(other.name()).authorityItself().withKeyOf(other).issue().certificate();
    }

    private String name() {
        return authority.certificate().getSubjectX500Principal().getName().replaceFirst("^CN=", "");
    }

    /// The authority's own certificate.
    public Identity own() {
        return authority;
    }

    /// The authority's own certificate, for `trusted_ca`.
    public String pem() {
        try {
            return pem("CERTIFICATE", authority.certificate().getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Begins a certificate with that common name.
    public Request request(String commonName) {
        return new Request(this, commonName);
    }

    /// A certificate for a DNS name, for both sides of a connection.
    public Identity issue(String dnsName) {
        return request(dnsName).dns(dnsName).issue();
    }

    /// A list of revoked certificates in PEM, in which these stand.
    public String revoking(X509Certificate... revoked) {
        return revoking(Instant.now().plus(Duration.ofDays(1)), revoked);
    }

    /// The same that is good until then.
    public String revoking(Instant until, X509Certificate... revoked) {
        return revoking(until, new byte[0], revoked);
    }

    /// The same that is only for certificates whose list is at that place.
    public String revokingAt(String uri, X509Certificate... revoked) {
        byte[] scope = extension("551d1c", true, der(0x30, distributionPoint(uri)));
        return revoking(
                Instant.now().plus(Duration.ofDays(1)), der(0xa0, der(0x30, scope)), revoked);
    }

    private static byte[] distributionPoint(String uri) {
        return der(0xa0, der(0xa0, der(0x86, uri.getBytes(StandardCharsets.US_ASCII))));
    }

    private String revoking(Instant until, byte[] extensions, X509Certificate... revoked) {
        byte[] entries = {};
        for (X509Certificate each : revoked) {
            entries =
                    join(
                            entries,
                            der(
                                    0x30,
                                    der(0x02, each.getSerialNumber().toByteArray()),
                                    time(Instant.now().minusSeconds(60))));
        }
        byte[] listed =
                der(
                        0x30,
                        der(0x02, new byte[] {1}), // version 2
                        algorithm(authority.key()),
                        authority.certificate().getSubjectX500Principal().getEncoded(),
                        time(Instant.now().minusSeconds(60)),
                        time(until),
                        revoked.length == 0 ? new byte[0] : der(0x30, entries),
                        extensions);
        return pem("X509 CRL", signed(listed, authority.key()));
    }

    /// The authority's word (OCSP, in DER) that a certificate is good.
    ///
    /// @param until null for no end
    public byte[] vouching(X509Certificate own, Instant from, @Nullable Instant until) {
        byte[] key = authority.certificate().getPublicKey().getEncoded();
        byte[] whose =
                der(
                        0x30,
                        der(0x30, der(0x06, hex("2b0e03021a")), der(0x05)),
                        der(0x04, sha1(own.getIssuerX500Principal().getEncoded())),
                        der(0x04, sha1(Arrays.copyOfRange(key, key.length - 65, key.length))),
                        der(0x02, own.getSerialNumber().toByteArray()));
        byte[] good =
                der(
                        0x30,
                        whose,
                        der(0x80),
                        time(from),
                        until == null ? new byte[0] : der(0xa0, time(until)));
        byte[] data =
                der(
                        0x30,
                        der(0xa1, authority.certificate().getSubjectX500Principal().getEncoded()),
                        time(from),
                        der(0x30, good));
        byte[] basic =
                der(
                        0x30,
                        der(0x06, hex("2b0601050507300101")),
                        der(0x04, signed(data, authority.key())));
        return der(0x30, der(0x0a, new byte[] {0}), der(0xa0, basic));
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What a certificate is to have.
    public static final class Request {
        private final @Nullable TestCertificates issuer;
        private final String commonName;
        private final List<byte[]> names = new ArrayList<>();
        private Instant notBefore = Instant.now().minus(Duration.ofDays(1));
        private Instant notAfter = Instant.now().plus(Duration.ofDays(30));
        private KeyPair keys = ec();
        private @Nullable List<String> uses;
        private final List<byte[]> others = new ArrayList<>();
        private byte[] pathLength = {};
        private boolean keyIdentifiers = true;
        private boolean authorityItself;
        private boolean mustStaple;
        private @Nullable Byte keyUsage = (byte) 0x80;

        /// @param issuer null for an authority that trusts itself
        private Request(@Nullable TestCertificates issuer, String commonName) {
            this.issuer = issuer;
            this.commonName = commonName;
        }

        /// An authority, which may sign certificates and lists of revoked ones.
        public Request authorityItself() {
            authorityItself = true;
            keyUsage = 6;
            return this;
        }

        public Request dns(String name) {
            return name(0x82, name.getBytes(StandardCharsets.ISO_8859_1));
        }

        public Request uri(String name) {
            return name(0x86, name.getBytes(StandardCharsets.ISO_8859_1));
        }

        public Request email(String name) {
            return name(0x81, name.getBytes(StandardCharsets.ISO_8859_1));
        }

        /// @param address its bytes
        public Request ip(byte... address) {
            return name(0x87, address);
        }

        /// An "other name" that is a UTF-8 string.
        ///
        /// @param oid its type, encoded, in hexadecimal
        public Request otherName(String oid, String value) {
            byte[] text = der(0x0c, value.getBytes(StandardCharsets.UTF_8));
            return name(0xa0, join(der(0x06, hex(oid)), der(0xa0, text)));
        }

        private Request name(int tag, byte[] content) {
            names.add(der(tag, content));
            return this;
        }

        public Request valid(Instant from, Instant until) {
            notBefore = from;
            notAfter = until;
            return this;
        }

        /// An RSA key of 2048 bits rather than one of the curve P-256.
        public Request rsa() {
            keys = keys("RSA");
            return this;
        }

        public Request ed25519() {
            keys = keys("Ed25519");
            return this;
        }

        public Request forServersOnly() {
            uses = List.of(SERVER_AUTH);
            return this;
        }

        public Request forClientsOnly() {
            uses = List.of(CLIENT_AUTH);
            return this;
        }

        /// It has the key of another one.
        public Request withKeyOf(TestCertificates other) {
            Identity its = other.authority;
            keys = new KeyPair(its.certificate().getPublicKey(), its.key());
            return this;
        }

        /// It says neither which key is its own nor which one its issuer's.
        public Request withoutKeyIdentifiers() {
            keyIdentifiers = false;
            return this;
        }

        /// It does not say what its key is for.
        public Request withoutKeyUsage() {
            keyUsage = null;
            return this;
        }

        /// Of an authority: as many others may stand between it and a certificate that is none.
        public Request pathLength(int most) {
            pathLength = der(0x02, new byte[] {(byte) most});
            return this;
        }

        /// Of an authority: it vouches for DNS names of that domain only.
        public Request permittedDomain(String domain) {
            byte[] name = der(0x82, domain.getBytes(StandardCharsets.US_ASCII));
            byte[] permitted = der(0xa0, der(0x30, name));
            others.add(extension("551d1e", der(0x30, permitted)));
            return this;
        }

        /// The list of revoked certificates can be fetched there.
        public Request listAt(String uri) {
            others.add(extension("551d1f", der(0x30, der(0x30, distributionPoint(uri)))));
            return this;
        }

        /// Its issuer's certificate has that issuer and serial number.
        public Request issuerIs(X509Certificate issuer) {
            byte[] name = der(0xa4, issuer.getIssuerX500Principal().getEncoded());
            byte[] number = der(0x82, issuer.getSerialNumber().toByteArray());
            others.add(extension("551d23", der(0x30, der(0xa1, name), number)));
            return withoutKeyIdentifiers();
        }

        /// It promises an OCSP response.
        public Request mustStaple() {
            mustStaple = true;
            return this;
        }

        /// Its key is for encryption, not for signatures.
        public Request forEncryptionOnly() {
            keyUsage = 0x20;
            return this;
        }

        public Identity issue() {
            if (issuer == null) {
                return sign(keys, keys, commonName);
            }
            Identity by = issuer.authority;
            PublicKey itsKey = by.certificate().getPublicKey();
            Identity own = sign(keys, new KeyPair(itsKey, by.key()), issuer.name());
            List<X509Certificate> chain = new ArrayList<>(own.chain());
            for (X509Certificate each : by.chain()) {
                if (!each.getSubjectX500Principal().equals(each.getIssuerX500Principal())) {
                    chain.add(each);
                }
            }
            return new Identity(List.copyOf(chain), own.key());
        }

        private Identity sign(KeyPair own, KeyPair issuers, String issuerName) {
            PrivateKey by = issuers.getPrivate();
            byte[] serial = new byte[8];
            new SecureRandom().nextBytes(serial);
            serial[0] = 1;
            byte[] body =
                    der(
                            0x30,
                            der(0xa0, der(0x02, new byte[] {2})),
                            der(0x02, serial),
                            algorithm(by),
                            distinguished(issuerName),
                            der(0x30, time(notBefore), time(notAfter)),
                            distinguished(commonName),
                            own.getPublic().getEncoded(),
                            der(0xa3, der(0x30, extensions(own, issuers))));
            try {
                X509Certificate certificate =
                        (X509Certificate)
                                CertificateFactory.getInstance("X.509")
                                        .generateCertificate(
                                                new ByteArrayInputStream(signed(body, by)));
                return new Identity(List.of(certificate), own.getPrivate());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private byte[] extensions(KeyPair own, KeyPair issuers) {
            byte[] authority = der(0x30, der(0x01, new byte[] {-1}), pathLength);
            byte[] all = extension("551d13", authorityItself ? authority : der(0x30));
            if (keyUsage != null) {
                all = join(all, extension("551d0f", der(0x03, new byte[] {1, keyUsage})));
            }
            if (uses != null || !authorityItself) {
                byte[] encoded = {};
                for (String use : uses == null ? List.of(SERVER_AUTH, CLIENT_AUTH) : uses) {
                    encoded = join(encoded, der(0x06, hex(use)));
                }
                all = join(all, extension("551d25", der(0x30, encoded)));
            }
            if (keyIdentifiers) {
                byte[] ownKey = sha1(own.getPublic().getEncoded());
                byte[] issuersKey = sha1(issuers.getPublic().getEncoded());
                all = join(all, extension("551d0e", der(0x04, ownKey)));
                all = join(all, extension("551d23", der(0x30, der(0x80, issuersKey))));
            }
            all = join(all, join(others.toArray(byte[][]::new)));
            if (mustStaple) {
                all = join(all, extension("2b06010505070118", hex("3003020105")));
            }
            if (!names.isEmpty()) {
                byte[] encoded = join(names.toArray(byte[][]::new));
                all = join(all, extension("551d11", der(0x30, encoded)));
            }
            return all;
        }
    }

    private static byte[] extension(String oid, byte[] value) {
        return extension(oid, false, value);
    }

    private static byte[] extension(String oid, boolean critical, byte[] value) {
        byte[] flag = critical ? der(0x01, new byte[] {-1}) : new byte[0];
        return der(0x30, der(0x06, hex(oid)), flag, der(0x04, value));
    }

    private static byte[] distinguished(String commonName) {
        byte[] name = der(0x0c, commonName.getBytes(StandardCharsets.UTF_8));
        String attribute = commonName.equals(NO_COMMON_NAME) ? ORGANIZATION : COMMON_NAME;
        return der(0x30, der(0x31, der(0x30, der(0x06, hex(attribute)), name)));
    }

    private static byte[] time(Instant when) {
        return der(0x18, TIME.format(when).getBytes(StandardCharsets.US_ASCII));
    }

    /// The identifier of the algorithm that a key signs with.
    private static byte[] algorithm(PrivateKey key) {
        return key.getAlgorithm().equals("RSA")
                ? der(0x30, der(0x06, hex("2a864886f70d01010b")), der(0x05))
                : der(0x30, der(0x06, hex("2a8648ce3d040302")));
    }

    private static byte[] signed(byte[] body, PrivateKey key) {
        try {
            Signature signature =
                    Signature.getInstance(
                            key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(key);
            signature.update(body);
            byte[] bits = join(new byte[] {0}, signature.sign());
            return der(0x30, body, algorithm(key), der(0x03, bits));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair ec() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair keys(String algorithm) {
        try {
            return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The SHA-256 of some bytes, lower-case hexadecimal.
    public static String sha256(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return "%064x".formatted(new BigInteger(1, digest));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Bytes as a PEM block.
    public static String pem(String label, byte[] content) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
                + "\n-----END "
                + label
                + "-----\n";
    }

    private static byte[] der(int tag, byte[]... parts) {
        byte[] content = join(parts);
        var all = new ByteArrayOutputStream();
        all.write(tag);
        if (content.length < 0x80) {
            all.write(content.length);
        } else {
            byte[] length = BigInteger.valueOf(content.length).toByteArray();
            int from = length[0] == 0 ? 1 : 0;
            all.write(0x80 | (length.length - from));
            all.write(length, from, length.length - from);
        }
        all.writeBytes(content);
        return all.toByteArray();
    }

    private static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] hex(String text) {
        return java.util.HexFormat.of().parseHex(text);
    }
}
