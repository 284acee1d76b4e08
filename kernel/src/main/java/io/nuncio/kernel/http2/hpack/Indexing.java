package io.nuncio.kernel.http2.hpack;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.internal.Internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Which fields enter the peer's table. Those whose values do not come again would only push out
/// the others.
enum Indexing {
    /// Enters the table.
    VALUE,
    /// Enters it once, for its name; values differ from message to message.
    NAME,
    /// Does not enter the table; its name is in the static one, or rare.
    NONE,
    /// Does not enter any table, here and on later hops: who can add fields to a block could guess
    /// the value, and see by the length when the guess was right (RFC 7541, 7.1).
    NEVER;

    /// Shorter cookies are easily guessed.
    private static final int SHORT_COOKIE = 20;

    private static final int SLOTS = 64;
    private static final Indexing[] BY_SLOT = new Indexing[SLOTS];

    private static final int OTHERS_MASK = 127;
    private static final int[] OTHER_KEYS = new int[OTHERS_MASK + 1];
    private static final Indexing[] OTHERS = new Indexing[OTHERS_MASK + 1];

    static {
        Arrays.fill(BY_SLOT, VALUE);
        enter(
                NAME,
                "x-request-id",
                "x-forwarded-for",
                "x-client-trace-id",
                "x-envoy-external-address",
                "x-envoy-original-path",
                "x-envoy-upstream-service-time",
                "grpc-timeout",
                "grpc-message",
                "traceparent",
                "x-b3-traceid",
                "x-b3-spanid",
                "x-b3-parentspanid",
                "b3",
                "x-ot-span-context",
                "x-amzn-trace-id",
                "x-cloud-trace-context");
        enter(
                NONE,
                ":path",
                "age",
                "content-length",
                "content-range",
                "etag",
                "grpc-status-details-bin",
                "if-modified-since",
                "if-none-match",
                "location",
                "range",
                "set-cookie");
        enter(NEVER, "authorization", "proxy-authorization");
    }

    private static void enter(Indexing indexing, String... names) {
        for (String text : names) {
            byte[] name = text.getBytes(StandardCharsets.US_ASCII);
            int key = HeaderName.keyOf(Internal.KEY, name, 0, name.length);
            if (key < SLOTS) {
                BY_SLOT[key] = indexing;
            } else {
                int place = place(key);
                OTHER_KEYS[place] = key;
                OTHERS[place] = indexing;
            }
        }
    }

    /// Where a name without slot is, or would be. Names with equal keys share their indexing.
    private static int place(int nameKey) {
        int place = nameKey >>> 8 & OTHERS_MASK;
        while (OTHER_KEYS[place] != 0 && OTHER_KEYS[place] != nameKey) {
            place = (place + 1) & OTHERS_MASK;
        }
        return place;
    }

    static Indexing of(int nameKey, int valueLength) {
        if (nameKey < SLOTS) {
            return nameKey == HeaderName.COOKIE.slot() && valueLength < SHORT_COOKIE
                    ? NEVER
                    : BY_SLOT[nameKey];
        }
        int place = place(nameKey);
        return OTHER_KEYS[place] == 0 ? VALUE : OTHERS[place];
    }
}
