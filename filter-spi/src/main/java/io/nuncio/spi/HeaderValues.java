package io.nuncio.spi;

/// What is read from, and written to, the bytes of header values. Functions over the array of a
/// [HeaderMap]: a char is one byte (Latin-1). They allocate nothing.
final class HeaderValues {
    private static final int MOST_DIGITS = 18; // that surely fit a long

    private HeaderValues() {}

    // Reading.

    static boolean equal(byte[] bytes, int start, String value) {
        for (int index = 0; index < value.length(); index++) {
            if ((bytes[start + index] & 0xff) != value.charAt(index)) {
                return false;
            }
        }
        return true;
    }

    /// In whatever case of ASCII letters.
    static boolean equalIgnoringCase(byte[] bytes, int start, String value) {
        for (int index = 0; index < value.length(); index++) {
            int mine = bytes[start + index] & 0xff;
            int theirs = value.charAt(index);
            if (mine != theirs && (lowerCase(mine) != lowerCase(theirs))) {
                return false;
            }
        }
        return true;
    }

    private static int lowerCase(int character) {
        return character >= 'A' && character <= 'Z' ? character + 32 : character;
    }

    /// True if a list with commas has the member `token`, in whatever case.
    static boolean listContains(byte[] bytes, int start, int length, String token) {
        int limit = start + length;
        for (int member = start; member <= limit; ) {
            int comma = member;
            while (comma < limit && bytes[comma] != ',') {
                comma++;
            }
            int first = member;
            int last = comma;
            while (first < last && blank(bytes[first])) {
                first++;
            }
            while (last > first && blank(bytes[last - 1])) {
                last--;
            }
            if (last - first == token.length() && equalIgnoringCase(bytes, first, token)) {
                return true;
            }
            member = comma + 1;
        }
        return false;
    }

    private static boolean blank(byte character) {
        return character == ' ' || character == '\t';
    }

    /// A number without sign, or `otherwise` if it is none.
    static long number(byte[] bytes, int start, int length, long otherwise) {
        if (length == 0 || length > MOST_DIGITS) {
            return otherwise;
        }
        long number = 0;
        for (int index = start; index < start + length; index++) {
            int digit = bytes[index] - '0';
            if (digit < 0 || digit > 9) {
                return otherwise;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    // Writing.

    /// How many digits a number that is 0 or more has.
    static int digits(long value) {
        int digits = 1;
        for (long rest = value / 10; rest > 0; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /// @param end where the number ends
    static void writeNumber(byte[] bytes, int end, long value) {
        int at = end;
        long rest = value;
        do {
            bytes[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
    }

    @SuppressWarnings(
            "deprecation") // the only copy of chars to bytes that needs no array of its own
    static void write(byte[] bytes, int start, String value) {
        value.getBytes(0, value.length(), bytes, start);
    }

    // What no value may have: it would end the line, or the header for whoever reads it next.

    /// @throws IllegalArgumentException if the value has a char that no header may have
    static void check(String value) {
        for (int index = 0; index < value.length(); index++) {
            char character = value.charAt(index);
            if (character > 0xff || character == '\r' || character == '\n' || character == 0) {
                throw new IllegalArgumentException(
                        "char 0x%x at %d cannot be in a header value"
                                .formatted((int) character, index));
            }
        }
    }

    static boolean valid(byte[] bytes, int start, int length) {
        for (int index = start; index < start + length; index++) {
            byte character = bytes[index];
            if (character == '\r' || character == '\n' || character == 0) {
                return false;
            }
        }
        return true;
    }
}
