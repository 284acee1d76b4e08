package io.nuncio.kernel.format;

import com.google.protobuf.Value;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Writes JSON the way Envoy's formatter does: strings of valid UTF-8 are escaped as usual, in
/// other strings each byte that is not printable ASCII becomes an octal escape.
final class JsonText {
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};
    private static final byte[] HEX = {
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
    };

    /// Whole numbers below this are exact and printed without a fraction.
    private static final double EXACT = 1L << 53;

    private JsonText() {}

    static void nothing(Line line) {
        line.append(NULL);
    }

    /// True if what was appended after `start` is neither `null` nor an empty string.
    static boolean isValue(Line line, int start) {
        byte[] bytes = line.bytes();
        int length = line.length() - start;
        return !(length == 2 && bytes[start] == '"' || length == 4 && bytes[start] == 'n');
    }

    /// Appends the bytes after `start` again as the inside of a JSON string, in place.
    static void escape(Line line, int start) {
        byte[] bytes = line.bytes();
        int end = line.length();
        int at = start;
        while (at < end && plain(bytes[at])) {
            at++;
        }
        if (at == end) {
            return;
        }
        byte[] raw = new byte[end - start];
        System.arraycopy(bytes, start, raw, 0, raw.length);
        line.truncate(start);
        if (validUtf8(raw)) {
            for (byte b : raw) {
                escape(line, b);
            }
        } else {
            for (byte b : raw) {
                if (plain(b)) {
                    line.append(b);
                } else {
                    octal(line, b);
                }
            }
        }
    }

    /// Appends text as a JSON string.
    static void string(Line line, String text) {
        line.append((byte) '"');
        int start = line.length();
        line.appendText(text);
        escape(line, start);
        line.append((byte) '"');
    }

    static void number(Line line, double value) {
        if (Double.isNaN(value)) {
            nothing(line);
        } else if (Double.isInfinite(value)) {
            line.appendBytes(value > 0 ? "inf" : "-inf");
        } else if (value == Math.rint(value) && Math.abs(value) <= EXACT) {
            line.appendNumber((long) value);
        } else {
            line.appendBytes(Double.toString(value));
        }
    }

    /// Appends any value; the keys of structs are sorted.
    static void value(Line line, Value value) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> string(line, value.getStringValue());
            case NUMBER_VALUE -> number(line, value.getNumberValue());
            case BOOL_VALUE -> line.appendBytes(value.getBoolValue() ? "true" : "false");
            case STRUCT_VALUE -> {
                line.append((byte) '{');
                boolean first = true;
                for (var field : new TreeMap<>(value.getStructValue().getFieldsMap()).entrySet()) {
                    if (!first) {
                        line.append((byte) ',');
                    }
                    first = false;
                    string(line, field.getKey());
                    line.append((byte) ':');
                    value(line, field.getValue());
                }
                line.append((byte) '}');
            }
            case LIST_VALUE -> {
                line.append((byte) '[');
                List<Value> values = new ArrayList<>(value.getListValue().getValuesList());
                for (int index = 0; index < values.size(); index++) {
                    if (index > 0) {
                        line.append((byte) ',');
                    }
                    value(line, values.get(index));
                }
                line.append((byte) ']');
            }
            case NULL_VALUE, KIND_NOT_SET -> nothing(line);
        }
    }

    private static boolean plain(byte b) {
        return b >= 0x20 && b != '"' && b != '\\' && b != 0x7f;
    }

    private static void escape(Line line, byte b) {
        switch (b) {
            case '"' -> two(line, '"');
            case '\\' -> two(line, '\\');
            case '\b' -> two(line, 'b');
            case '\f' -> two(line, 'f');
            case '\n' -> two(line, 'n');
            case '\r' -> two(line, 'r');
            case '\t' -> two(line, 't');
            default -> {
                if (b >= 0 && b < 0x20) {
                    line.appendBytes("\\u00");
                    line.append(HEX[b >> 4]);
                    line.append(HEX[b & 15]);
                } else {
                    line.append(b);
                }
            }
        }
    }

    private static void two(Line line, char escaped) {
        line.append((byte) '\\');
        line.append((byte) escaped);
    }

    private static void octal(Line line, byte b) {
        int value = b & 0xff;
        line.append((byte) '\\');
        line.append((byte) ('0' + (value >> 6)));
        line.append((byte) ('0' + ((value >> 3) & 7)));
        line.append((byte) ('0' + (value & 7)));
    }

    /// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
    static boolean validUtf8(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            int first = bytes[at++] & 0xff;
            if (first < 0x80) {
                continue;
            }
            int more;
            int lowest = 0x80;
            int highest = 0xbf;
            if (first >= 0xc2 && first <= 0xdf) {
                more = 1;
            } else if (first >= 0xe0 && first <= 0xef) {
                more = 2;
                lowest = first == 0xe0 ? 0xa0 : 0x80;
                highest = first == 0xed ? 0x9f : 0xbf;
            } else if (first >= 0xf0 && first <= 0xf4) {
                more = 3;
                lowest = first == 0xf0 ? 0x90 : 0x80;
                highest = first == 0xf4 ? 0x8f : 0xbf;
            } else {
                return false;
            }
            for (int index = 0; index < more; index++) {
                if (at == bytes.length) {
                    return false;
                }
                int next = bytes[at++] & 0xff;
                if (next < lowest || next > highest) {
                    return false;
                }
                lowest = 0x80;
                highest = 0xbf;
            }
        }
        return true;
    }
}
