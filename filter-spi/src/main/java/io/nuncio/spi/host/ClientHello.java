package io.nuncio.spi.host;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// A ClientHello whose outer structure is right (RFC 8446 section 4.1.2); what is in its extensions
/// is looked at when it is asked for. Nothing is copied out of the message; each span is the
/// asker's own, so each can be asked for again. Immutable; any thread.
public final class ClientHello {
    public static final int SERVER_NAME = 0;
    public static final int STATUS_REQUEST = 5;
    public static final int SUPPORTED_GROUPS = 10;
    public static final int POINT_FORMATS = 11;
    public static final int SIGNATURE_ALGORITHMS = 13;
    public static final int ALPN = 16;
    public static final int SUPPORTED_VERSIONS = 43;

    private static final int RANDOM = 32;
    private static final int MAX_SESSION_ID = 32;
    private static final int HOST_NAME = 0;
    private static final int MAX_HOST_NAME = 255;
    private static final int TLS_1_0 = 0x0301;
    private static final int TLS_1_3 = 0x0304;

    private final int version;
    private final ByteSpan cipherSuites;
    private final boolean nullCompression;
    private final ByteSpan extensions;

    private ClientHello(
            int version, ByteSpan cipherSuites, boolean nullCompression, ByteSpan extensions) {
        this.version = version;
        this.cipherSuites = cipherSuites;
        this.nullCompression = nullCompression;
        this.extensions = extensions;
    }

    /// @return null if the structure is wrong
    static @Nullable ClientHello of(byte[] bytes, int from, int length) {
        var body = new ByteSpan(bytes, from, from + length);
        if (body.length() < 2 + RANDOM) {
            return null;
        }
        int version = body.u16();
        body.take(RANDOM);
        ByteSpan sessionId = body.prefixed8();
        ByteSpan ciphers = body.prefixed16();
        ByteSpan compression = body.prefixed8();
        if (sessionId.length() > MAX_SESSION_ID
                || ciphers.length() < 2
                || ciphers.length() % 2 != 0
                || compression.length() < 1) {
            return null;
        }
        ByteSpan extensions = body.take(0);
        if (body.length() > 0) {
            extensions = body.prefixed16();
            if (extensions.missing() || body.length() > 0) {
                return null;
            }
        }
        return new ClientHello(version, ciphers, hasZero(compression), extensions);
    }

    private static boolean hasZero(ByteSpan span) {
        for (int index = 0; index < span.length(); index++) {
            if (span.at(index) == 0) {
                return true;
            }
        }
        return false;
    }

    /// The form that SSL 2 had (RFC 5246 appendix E.2): without extensions.
    ///
    /// @return null if the structure is wrong
    static @Nullable ClientHello ofSslv2(byte[] bytes) {
        var body = new ByteSpan(bytes, 0, bytes.length);
        if (body.length() < 9) {
            return null;
        }
        body.u8(); // the type, which led here
        int version = body.u16();
        int specsLength = body.u16();
        int sessionIdLength = body.u16();
        int challengeLength = body.u16();
        ByteSpan specs = body.take(specsLength);
        if (sessionIdLength + challengeLength != body.length()
                || specs.missing()
                || specs.length() % 3 != 0) {
            return null;
        }
        var suites = new ByteArrayOutputStream();
        while (specs.length() > 0) {
            int kind = specs.u8();
            int suite = specs.u16();
            if (kind == 0) { // others are ciphers of SSL 2
                suites.write(suite >> 8);
                suites.write(suite);
            }
        }
        byte[] ciphers = suites.toByteArray();
        return ciphers.length == 0
                ? null
                : new ClientHello(
                        version,
                        new ByteSpan(ciphers, 0, ciphers.length),
                        true,
                        new ByteSpan(ciphers, 0, 0));
    }

    /// The version field, which TLS 1.3 leaves at that of 1.2.
    public int version() {
        return version;
    }

    /// The numbers of the ciphers, two bytes each.
    public ByteSpan cipherSuites() {
        return cipherSuites.copy();
    }

    /// All extensions, each with its type and length in front.
    public ByteSpan extensions() {
        return extensions.copy();
    }

    /// What the first extension of that type holds, null if there is none.
    public @Nullable ByteSpan extension(int wanted) {
        ByteSpan rest = extensions();
        while (rest.hasU16()) {
            int type = rest.u16();
            ByteSpan data = rest.prefixed16();
            if (data.missing()) {
                return null;
            }
            if (type == wanted) {
                return data;
            }
        }
        return null;
    }

    /// True if a TLS library would answer it: a version from 1.0 to 1.3, no compression, and a
    /// well-formed server name.
    public boolean acceptable() {
        return nullCompression && wellFormedExtensions() && supportedVersion() && validName();
    }

    private boolean wellFormedExtensions() {
        ByteSpan rest = extensions();
        while (rest.length() > 0) {
            if (!rest.hasU16()) {
                return false;
            }
            rest.u16();
            if (rest.prefixed16().missing()) {
                return false;
            }
        }
        return true;
    }

    private boolean supportedVersion() {
        ByteSpan data = extension(SUPPORTED_VERSIONS);
        if (data == null) {
            return version >= TLS_1_0;
        }
        ByteSpan versions = data.prefixed8();
        if (data.length() > 0 || versions.length() == 0 || versions.length() % 2 != 0) {
            return false;
        }
        boolean found = false;
        while (versions.length() > 0) {
            int offered = versions.u16();
            found |= offered >= TLS_1_0 && offered <= TLS_1_3;
        }
        return found;
    }

    private boolean validName() {
        ByteSpan data = extension(SERVER_NAME);
        return data == null || !hostName(data).missing();
    }

    /// The one name that the extension holds (RFC 6066 section 3); missing if it is malformed.
    private static ByteSpan hostName(ByteSpan data) {
        ByteSpan list = data.prefixed16();
        if (data.length() > 0 || list.length() < 1 || list.u8() != HOST_NAME) {
            return ByteSpan.MISSING;
        }
        ByteSpan name = list.prefixed16();
        boolean wellFormed =
                list.length() == 0
                        && name.length() > 0
                        && name.length() <= MAX_HOST_NAME
                        && !hasZero(name);
        return wellFormed ? name : ByteSpan.MISSING;
    }

    /// The name that is asked for, as it came; empty if none is.
    public String serverName() {
        ByteSpan data = extension(SERVER_NAME);
        return data == null ? "" : hostName(data).text();
    }

    /// The protocols that are offered by ALPN, empty if none are or if the list is malformed.
    public List<String> applicationProtocols() {
        ByteSpan data = extension(ALPN);
        if (data == null) {
            return List.of();
        }
        ByteSpan list = data.prefixed16();
        if (data.length() > 0 || list.length() < 2) {
            return List.of();
        }
        List<String> names = new ArrayList<>(4);
        while (list.length() > 0) {
            ByteSpan name = list.prefixed8();
            if (name.length() == 0) {
                return List.of();
            }
            names.add(name.text());
        }
        return List.copyOf(names);
    }
}
