package io.nuncio.spi;

import io.nuncio.spi.internal.Internal;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/// The name of a header: lower case, immutable, equal by name. Any thread.
///
/// The well-known names are constants; most of them have a slot, by which a [HeaderMap] finds them
/// without searching. Make other names once, with [#of], and keep them: looking up a name is cheap,
/// making one is not.
public final class HeaderName {
    /// The slot of a name that has none.
    static final int NO_SLOT = -1;

    /// Slots are below this number.
    static final int SLOTS = 64;

    /// What is in the key of an entry besides the slot: see [#keyOf].
    private static final int NO_SLOT_KEY = 64;

    /// For each byte of a name, its lower case; 0 for what no name contains.
    private static final byte[] TOKEN = tokenTable();

    public static final HeaderName METHOD = new HeaderName(":method", 0);
    public static final HeaderName SCHEME = new HeaderName(":scheme", 1);
    public static final HeaderName AUTHORITY = new HeaderName(":authority", 2);
    public static final HeaderName PATH = new HeaderName(":path", 3);
    public static final HeaderName PROTOCOL = new HeaderName(":protocol", 4);
    public static final HeaderName STATUS = new HeaderName(":status", 5);
    public static final HeaderName HOST = new HeaderName("host", 6);
    public static final HeaderName CONTENT_LENGTH = new HeaderName("content-length", 7);
    public static final HeaderName TRANSFER_ENCODING = new HeaderName("transfer-encoding", 8);
    public static final HeaderName CONNECTION = new HeaderName("connection", 9);
    public static final HeaderName KEEP_ALIVE = new HeaderName("keep-alive", 10);
    public static final HeaderName PROXY_CONNECTION = new HeaderName("proxy-connection", 11);
    public static final HeaderName UPGRADE = new HeaderName("upgrade", 12);
    public static final HeaderName TE = new HeaderName("te", 13);
    public static final HeaderName TRAILER = new HeaderName("trailer", 14);
    public static final HeaderName EXPECT = new HeaderName("expect", 15);
    public static final HeaderName HTTP2_SETTINGS = new HeaderName("http2-settings", 16);
    public static final HeaderName DATE = new HeaderName("date", 17);
    public static final HeaderName SERVER = new HeaderName("server", 18);
    public static final HeaderName VIA = new HeaderName("via", 19);
    public static final HeaderName USER_AGENT = new HeaderName("user-agent", 20);
    public static final HeaderName ACCEPT = new HeaderName("accept", 21);
    public static final HeaderName ACCEPT_ENCODING = new HeaderName("accept-encoding", 22);
    public static final HeaderName ACCEPT_LANGUAGE = new HeaderName("accept-language", 23);
    public static final HeaderName CONTENT_TYPE = new HeaderName("content-type", 24);
    public static final HeaderName CONTENT_ENCODING = new HeaderName("content-encoding", 25);
    public static final HeaderName AUTHORIZATION = new HeaderName("authorization", 26);
    public static final HeaderName COOKIE = new HeaderName("cookie", 27);
    public static final HeaderName SET_COOKIE = new HeaderName("set-cookie", 28);
    public static final HeaderName REFERER = new HeaderName("referer", 29);
    public static final HeaderName ORIGIN = new HeaderName("origin", 30);
    public static final HeaderName LOCATION = new HeaderName("location", 31);
    public static final HeaderName CACHE_CONTROL = new HeaderName("cache-control", 32);
    public static final HeaderName VARY = new HeaderName("vary", 33);
    public static final HeaderName ETAG = new HeaderName("etag", 34);
    public static final HeaderName X_FORWARDED_FOR = new HeaderName("x-forwarded-for", 35);
    public static final HeaderName X_FORWARDED_PROTO = new HeaderName("x-forwarded-proto", 36);
    public static final HeaderName X_FORWARDED_HOST = new HeaderName("x-forwarded-host", 37);
    public static final HeaderName X_FORWARDED_PORT = new HeaderName("x-forwarded-port", 38);
    public static final HeaderName X_FORWARDED_CLIENT_CERT =
            new HeaderName("x-forwarded-client-cert", 39);
    public static final HeaderName X_REQUEST_ID = new HeaderName("x-request-id", 40);
    public static final HeaderName X_ENVOY_EXTERNAL_ADDRESS =
            new HeaderName("x-envoy-external-address", 41);
    public static final HeaderName X_ENVOY_INTERNAL = new HeaderName("x-envoy-internal", 42);
    public static final HeaderName X_ENVOY_ORIGINAL_PATH =
            new HeaderName("x-envoy-original-path", 43);
    public static final HeaderName X_ENVOY_EXPECTED_RQ_TIMEOUT_MS =
            new HeaderName("x-envoy-expected-rq-timeout-ms", 44);
    public static final HeaderName X_ENVOY_UPSTREAM_SERVICE_TIME =
            new HeaderName("x-envoy-upstream-service-time", 45);
    public static final HeaderName X_ENVOY_ATTEMPT_COUNT =
            new HeaderName("x-envoy-attempt-count", 46);
    public static final HeaderName X_ENVOY_DECORATOR_OPERATION =
            new HeaderName("x-envoy-decorator-operation", 47);
    public static final HeaderName X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS =
            new HeaderName("x-envoy-upstream-rq-timeout-ms", 48);
    public static final HeaderName X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS =
            new HeaderName("x-envoy-upstream-rq-per-try-timeout-ms", 49);
    public static final HeaderName X_ENVOY_MAX_RETRIES = new HeaderName("x-envoy-max-retries", 50);
    public static final HeaderName X_ENVOY_RETRY_ON = new HeaderName("x-envoy-retry-on", 51);
    public static final HeaderName X_ENVOY_RETRY_GRPC_ON =
            new HeaderName("x-envoy-retry-grpc-on", 52);
    public static final HeaderName X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER =
            new HeaderName("x-envoy-downstream-service-cluster", 53);
    public static final HeaderName X_ENVOY_DOWNSTREAM_SERVICE_NODE =
            new HeaderName("x-envoy-downstream-service-node", 54);
    public static final HeaderName X_ENVOY_OVERLOADED = new HeaderName("x-envoy-overloaded", 55);
    public static final HeaderName X_ENVOY_IMMEDIATE_HEALTH_CHECK_FAIL =
            new HeaderName("x-envoy-immediate-health-check-fail", 56);
    public static final HeaderName X_ENVOY_DEGRADED = new HeaderName("x-envoy-degraded", 57);
    public static final HeaderName X_ENVOY_FORCE_TRACE = new HeaderName("x-envoy-force-trace", 58);
    public static final HeaderName X_CLIENT_TRACE_ID = new HeaderName("x-client-trace-id", 59);
    public static final HeaderName GRPC_STATUS = new HeaderName("grpc-status", 60);
    public static final HeaderName GRPC_MESSAGE = new HeaderName("grpc-message", 61);
    public static final HeaderName GRPC_TIMEOUT = new HeaderName("grpc-timeout", 62);
    public static final HeaderName LAST_MODIFIED = new HeaderName("last-modified", 63);

    public static final HeaderName AGE = new HeaderName("age", NO_SLOT);
    public static final HeaderName RANGE = new HeaderName("range", NO_SLOT);
    public static final HeaderName IF_NONE_MATCH = new HeaderName("if-none-match", NO_SLOT);
    public static final HeaderName IF_MODIFIED_SINCE = new HeaderName("if-modified-since", NO_SLOT);
    public static final HeaderName PROXY_AUTHORIZATION =
            new HeaderName("proxy-authorization", NO_SLOT);
    public static final HeaderName TRACEPARENT = new HeaderName("traceparent", NO_SLOT);
    public static final HeaderName TRACESTATE = new HeaderName("tracestate", NO_SLOT);
    public static final HeaderName ALT_SVC = new HeaderName("alt-svc", NO_SLOT);
    public static final HeaderName EARLY_DATA = new HeaderName("early-data", NO_SLOT);
    public static final HeaderName CONTENT_RANGE = new HeaderName("content-range", NO_SLOT);
    public static final HeaderName ACCEPT_RANGES = new HeaderName("accept-ranges", NO_SLOT);
    public static final HeaderName X_ENVOY_ORIGINAL_HOST =
            new HeaderName("x-envoy-original-host", NO_SLOT);
    public static final HeaderName X_ENVOY_ORIGINAL_METHOD =
            new HeaderName("x-envoy-original-method", NO_SLOT);
    public static final HeaderName X_ENVOY_ORIGINAL_DST_HOST =
            new HeaderName("x-envoy-original-dst-host", NO_SLOT);
    public static final HeaderName X_ENVOY_UPSTREAM_ALT_STAT_NAME =
            new HeaderName("x-envoy-upstream-alt-stat-name", NO_SLOT);
    public static final HeaderName X_ENVOY_UPSTREAM_CANARY =
            new HeaderName("x-envoy-upstream-canary", NO_SLOT);
    public static final HeaderName X_ENVOY_UPSTREAM_HEALTHCHECKED_CLUSTER =
            new HeaderName("x-envoy-upstream-healthchecked-cluster", NO_SLOT);
    public static final HeaderName X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT =
            new HeaderName("x-envoy-hedge-on-per-try-timeout", NO_SLOT);
    public static final HeaderName X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE =
            new HeaderName("x-envoy-upstream-rq-timeout-alt-response", NO_SLOT);
    public static final HeaderName X_ENVOY_RETRIABLE_STATUS_CODES =
            new HeaderName("x-envoy-retriable-status-codes", NO_SLOT);
    public static final HeaderName X_ENVOY_RETRIABLE_HEADER_NAMES =
            new HeaderName("x-envoy-retriable-header-names", NO_SLOT);
    public static final HeaderName X_ENVOY_UPSTREAM_STREAM_DURATION_MS =
            new HeaderName("x-envoy-upstream-stream-duration-ms", NO_SLOT);
    public static final HeaderName X_ENVOY_RATELIMITED =
            new HeaderName("x-envoy-ratelimited", NO_SLOT);
    public static final HeaderName X_ENVOY_IP_TAGS = new HeaderName("x-envoy-ip-tags", NO_SLOT);
    public static final HeaderName X_ENVOY_IS_TIMEOUT_RETRY =
            new HeaderName("x-envoy-is-timeout-retry", NO_SLOT);
    public static final HeaderName X_ENVOY_ORIGINAL_URL =
            new HeaderName("x-envoy-original-url", NO_SLOT);
    public static final HeaderName X_ENVOY_LOCAL_OVERLOADED =
            new HeaderName("x-envoy-local-overloaded", NO_SLOT);
    public static final HeaderName X_ENVOY_NOT_FORWARDED =
            new HeaderName("x-envoy-not-forwarded", NO_SLOT);
    public static final HeaderName GRPC_ACCEPT_ENCODING =
            new HeaderName("grpc-accept-encoding", NO_SLOT);
    public static final HeaderName GRPC_ENCODING = new HeaderName("grpc-encoding", NO_SLOT);
    public static final HeaderName GRPC_STATUS_DETAILS_BIN =
            new HeaderName("grpc-status-details-bin", NO_SLOT);
    public static final HeaderName X_OT_SPAN_CONTEXT = new HeaderName("x-ot-span-context", NO_SLOT);

    private static final HeaderName[] WELL_KNOWN = {
        METHOD,
        SCHEME,
        AUTHORITY,
        PATH,
        PROTOCOL,
        STATUS,
        HOST,
        CONTENT_LENGTH,
        TRANSFER_ENCODING,
        CONNECTION,
        KEEP_ALIVE,
        PROXY_CONNECTION,
        UPGRADE,
        TE,
        TRAILER,
        EXPECT,
        HTTP2_SETTINGS,
        DATE,
        SERVER,
        VIA,
        USER_AGENT,
        ACCEPT,
        ACCEPT_ENCODING,
        ACCEPT_LANGUAGE,
        CONTENT_TYPE,
        CONTENT_ENCODING,
        AUTHORIZATION,
        COOKIE,
        SET_COOKIE,
        REFERER,
        ORIGIN,
        LOCATION,
        CACHE_CONTROL,
        VARY,
        ETAG,
        X_FORWARDED_FOR,
        X_FORWARDED_PROTO,
        X_FORWARDED_HOST,
        X_FORWARDED_PORT,
        X_FORWARDED_CLIENT_CERT,
        X_REQUEST_ID,
        X_ENVOY_EXTERNAL_ADDRESS,
        X_ENVOY_INTERNAL,
        X_ENVOY_ORIGINAL_PATH,
        X_ENVOY_EXPECTED_RQ_TIMEOUT_MS,
        X_ENVOY_UPSTREAM_SERVICE_TIME,
        X_ENVOY_ATTEMPT_COUNT,
        X_ENVOY_DECORATOR_OPERATION,
        X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS,
        X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS,
        X_ENVOY_MAX_RETRIES,
        X_ENVOY_RETRY_ON,
        X_ENVOY_RETRY_GRPC_ON,
        X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER,
        X_ENVOY_DOWNSTREAM_SERVICE_NODE,
        X_ENVOY_OVERLOADED,
        X_ENVOY_IMMEDIATE_HEALTH_CHECK_FAIL,
        X_ENVOY_DEGRADED,
        X_ENVOY_FORCE_TRACE,
        X_CLIENT_TRACE_ID,
        GRPC_STATUS,
        GRPC_MESSAGE,
        GRPC_TIMEOUT,
        LAST_MODIFIED,
        AGE,
        RANGE,
        IF_NONE_MATCH,
        IF_MODIFIED_SINCE,
        PROXY_AUTHORIZATION,
        TRACEPARENT,
        TRACESTATE,
        ALT_SVC,
        EARLY_DATA,
        CONTENT_RANGE,
        ACCEPT_RANGES,
        X_ENVOY_ORIGINAL_HOST,
        X_ENVOY_ORIGINAL_METHOD,
        X_ENVOY_ORIGINAL_DST_HOST,
        X_ENVOY_UPSTREAM_ALT_STAT_NAME,
        X_ENVOY_UPSTREAM_CANARY,
        X_ENVOY_UPSTREAM_HEALTHCHECKED_CLUSTER,
        X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT,
        X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE,
        X_ENVOY_RETRIABLE_STATUS_CODES,
        X_ENVOY_RETRIABLE_HEADER_NAMES,
        X_ENVOY_UPSTREAM_STREAM_DURATION_MS,
        X_ENVOY_RATELIMITED,
        X_ENVOY_IP_TAGS,
        X_ENVOY_IS_TIMEOUT_RETRY,
        X_ENVOY_ORIGINAL_URL,
        X_ENVOY_LOCAL_OVERLOADED,
        X_ENVOY_NOT_FORWARDED,
        GRPC_ACCEPT_ENCODING,
        GRPC_ENCODING,
        GRPC_STATUS_DETAILS_BIN,
        X_OT_SPAN_CONTEXT
    };

    private static final int TABLE_MASK = 511;
    private static final HeaderName[] TABLE = table();

    private final String name;
    private final byte[] bytes;
    private final int slot;
    private final int key;

    private HeaderName(String name, int slot) {
        this.name = name;
        this.slot = slot;
        this.bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        this.key = slot >= 0 ? slot : keyOf(bytes, 0, bytes.length);
    }

    /// @param name a token of RFC 9110, in any case, or one of the pseudo-headers
    /// @throws IllegalArgumentException if it is not
    public static HeaderName of(String name) {
        int length = name.length();
        byte[] lower = new byte[length];
        boolean pseudo = length > 1 && name.charAt(0) == ':';
        if (pseudo) {
            lower[0] = ':';
        }
        for (int index = pseudo ? 1 : 0; index < length; index++) {
            char character = name.charAt(index);
            byte small = character < 256 ? TOKEN[character] : 0;
            if (small == 0) {
                throw new IllegalArgumentException("not a header name: " + printable(name));
            }
            lower[index] = small;
        }
        HeaderName known = find(lower, 0, length);
        if (known != null) {
            return known;
        }
        if (pseudo || length == 0) {
            throw new IllegalArgumentException("not a header name: " + printable(name));
        }
        return new HeaderName(new String(lower, StandardCharsets.ISO_8859_1), NO_SLOT);
    }

    /// The constant for the lower-case name in `source`, or null.
    static @Nullable HeaderName find(byte[] source, int start, int length) {
        if (length == 0) {
            return null;
        }
        for (int index = hash(source, start, length) & TABLE_MASK;
                ;
                index = (index + 1) & TABLE_MASK) {
            HeaderName candidate = TABLE[index];
            if (candidate == null || candidate.matches(source, start, length)) {
                return candidate;
            }
        }
    }

    /// The name in `source`, which is valid and in lower case.
    static HeaderName ofValid(byte[] source, int start, int length) {
        HeaderName known = find(source, start, length);
        return known != null
                ? known
                : new HeaderName(
                        new String(source, start, length, StandardCharsets.ISO_8859_1), NO_SLOT);
    }

    /// The slot of the lower-case name in `source`, or else 64 and a hash above it: what entries of
    /// a map are compared by first.
    static int keyOf(byte[] source, int start, int length) {
        if (length == 0) {
            return NO_SLOT_KEY;
        }
        int hash = hash(source, start, length);
        for (int index = hash & TABLE_MASK; ; index = (index + 1) & TABLE_MASK) {
            HeaderName candidate = tableEntry(index);
            if (candidate == null) {
                return hash << 8 | NO_SLOT_KEY;
            }
            if (candidate.matches(source, start, length)) {
                return candidate.key;
            }
        }
    }

    /// By what a codec enters a name with [HeaderMap#adoptLine]: the slot of a name that has one, a
    /// number of 64 or more otherwise.
    ///
    /// @param key the kernel's
    /// @param source has the name, in lower case
    public static int keyOf(Internal key, byte[] source, int start, int length) {
        Objects.requireNonNull(key);
        return keyOf(source, start, length);
    }

    @SuppressWarnings("NullAway") // empty while the constants without a slot are made
    private static @Nullable HeaderName tableEntry(int index) {
        return TABLE == null ? null : TABLE[index];
    }

    /// Cheap: of the length and four bytes. Whoever floods a map with equal hashes gains nothing,
    /// since nothing is chained by it.
    private static int hash(byte[] source, int start, int length) {
        int last = start + length - 1;
        int hash = length * 0x9E3779B1 + source[start] * 0x85EBCA6B;
        hash += source[start + (length >> 1)] * 0xC2B2AE35 + source[last] * 0x27D4EB2F;
        hash += source[length > 4 ? last - 3 : start] * 0x165667B1;
        return hash >>> 9; // 23 bits, so that keys are positive
    }

    boolean matches(byte[] source, int start, int length) {
        return length == bytes.length
                && Arrays.equals(bytes, 0, length, source, start, start + length);
    }

    /// The lower case of a byte of a name; 0 for a byte that no name contains.
    static byte lower(byte character) {
        return TOKEN[character & 0xff];
    }

    /// The constant with this slot.
    static HeaderName atSlot(int slot) {
        return WELL_KNOWN[slot];
    }

    /// The constant with this slot.
    ///
    /// @param key the kernel's
    public static HeaderName atSlot(Internal key, int slot) {
        Objects.requireNonNull(key);
        return WELL_KNOWN[slot];
    }

    /// 0 to 63 for most of the well-known names, -1 for all others.
    public int slot() {
        return slot;
    }

    int key() {
        return key;
    }

    /// True for `:method`, `:status` and the other names that HTTP/2 gave to the parts of the first
    /// line.
    public boolean pseudo() {
        return bytes[0] == ':';
    }

    /// How many bytes the name has.
    public int length() {
        return bytes.length;
    }

    /// Copies the name to `target`.
    public void copyTo(byte[] target, int offset) {
        System.arraycopy(bytes, 0, target, offset, bytes.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || slot < 0 && other instanceof HeaderName that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /// The name, in lower case.
    @Override
    public String toString() {
        return name;
    }

    private static String printable(String text) {
        var result = new StringBuilder("\"");
        for (int index = 0; index < text.length() && index < 100; index++) {
            char character = text.charAt(index);
            result.append(character > 0x20 && character < 0x7f ? character : '?');
        }
        return result.append('"').toString();
    }

    private static byte[] tokenTable() {
        byte[] table = new byte[256];
        for (int character = 'a'; character <= 'z'; character++) {
            table[character] = (byte) character;
            table[character - 32] = (byte) character;
        }
        for (char character : "0123456789!#$%&'*+-.^_`|~".toCharArray()) {
            table[character] = (byte) character;
        }
        return table;
    }

    private static HeaderName[] table() {
        HeaderName[] table = new HeaderName[TABLE_MASK + 1];
        for (HeaderName name : WELL_KNOWN) {
            int index = hash(name.bytes, 0, name.bytes.length) & TABLE_MASK;
            while (table[index] != null) {
                index = (index + 1) & TABLE_MASK;
            }
            table[index] = name;
        }
        return table;
    }
}
