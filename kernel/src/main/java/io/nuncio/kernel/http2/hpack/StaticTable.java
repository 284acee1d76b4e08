package io.nuncio.kernel.http2.hpack;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.internal.Internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The fields that every peer knows (RFC 7541, appendix A), numbered from 1 on.
final class StaticTable {
    /// The number of fields.
    static final int SIZE = 61;

    private static final String FIELDS =
            """
            :authority
            :method: GET
            :method: POST
            :path: /
            :path: /index.html
            :scheme: http
            :scheme: https
            :status: 200
            :status: 204
            :status: 206
            :status: 304
            :status: 400
            :status: 404
            :status: 500
            accept-charset
            accept-encoding: gzip, deflate
            accept-language
            accept-ranges
            accept
            access-control-allow-origin
            age
            allow
            authorization
            cache-control
            content-disposition
            content-encoding
            content-language
            content-length
            content-location
            content-range
            content-type
            cookie
            date
            etag
            expect
            expires
            from
            host
            if-match
            if-modified-since
            if-none-match
            if-range
            if-unmodified-since
            last-modified
            link
            location
            max-forwards
            proxy-authenticate
            proxy-authorization
            range
            referer
            refresh
            retry-after
            server
            set-cookie
            strict-transport-security
            transfer-encoding
            user-agent
            vary
            via
            www-authenticate
            """;

    /// All fields, each as `name: value\r\n`.
    static final byte[] BYTES;

    private static final short[] STARTS = new short[SIZE + 1];
    private static final byte[] NAME_LENGTHS = new byte[SIZE + 1];
    private static final byte[] VALUE_LENGTHS = new byte[SIZE + 1];
    private static final int[] NAME_KEYS = new int[SIZE + 1];

    private static final int SLOTS = 64;
    private static final byte[] BY_SLOT = new byte[SLOTS];

    private static final int OTHERS_MASK = 127;
    private static final byte[] OTHERS = new byte[OTHERS_MASK + 1];

    static {
        var all = new StringBuilder();
        int index = 0;
        for (String field : FIELDS.split("\n")) {
            int colon = field.indexOf(": ", 1);
            String name = colon < 0 ? field : field.substring(0, colon);
            String value = colon < 0 ? "" : field.substring(colon + 2);
            index++;
            STARTS[index] = (short) all.length();
            NAME_LENGTHS[index] = (byte) name.length();
            VALUE_LENGTHS[index] = (byte) value.length();
            all.append(name).append(": ").append(value).append("\r\n");
        }
        BYTES = all.toString().getBytes(StandardCharsets.US_ASCII);
        for (index = SIZE; index > 0; index--) {
            int key = HeaderName.keyOf(Internal.KEY, BYTES, STARTS[index], NAME_LENGTHS[index]);
            NAME_KEYS[index] = key;
            if (key < SLOTS) {
                BY_SLOT[key] = (byte) index;
            } else {
                int place = place(key);
                while (OTHERS[place] != 0) {
                    place = (place + 1) & OTHERS_MASK;
                }
                OTHERS[place] = (byte) index;
            }
        }
    }

    private StaticTable() {}

    private static int place(int nameKey) {
        return nameKey >>> 8 & OTHERS_MASK;
    }

    static int start(int index) {
        return STARTS[index];
    }

    static int nameLength(int index) {
        return NAME_LENGTHS[index];
    }

    static int valueLength(int index) {
        return VALUE_LENGTHS[index];
    }

    static int nameKey(int index) {
        return NAME_KEYS[index];
    }

    /// The first field with this name, or 0.
    static int find(int nameKey, byte[] source, int nameStart, int nameLength) {
        if (nameKey < SLOTS) {
            return BY_SLOT[nameKey];
        }
        for (int place = place(nameKey); ; place = (place + 1) & OTHERS_MASK) {
            int index = OTHERS[place];
            if (index == 0
                    || NAME_KEYS[index] == nameKey
                            && nameLength == NAME_LENGTHS[index]
                            && Arrays.equals(
                                    BYTES,
                                    STARTS[index],
                                    STARTS[index] + nameLength,
                                    source,
                                    nameStart,
                                    nameStart + nameLength)) {
                return index;
            }
        }
    }

    /// The field with this value and the name of `index`, which is the first with its name, or 0.
    static int findValue(int index, byte[] source, int valueStart, int valueLength) {
        int key = NAME_KEYS[index];
        for (int candidate = index; candidate <= SIZE && NAME_KEYS[candidate] == key; candidate++) {
            if (VALUE_LENGTHS[candidate] == valueLength) {
                int start = STARTS[candidate] + NAME_LENGTHS[candidate] + 2;
                if (Arrays.equals(
                        BYTES,
                        start,
                        start + valueLength,
                        source,
                        valueStart,
                        valueStart + valueLength)) {
                    return candidate;
                }
            }
        }
        return 0;
    }
}
