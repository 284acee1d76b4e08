package io.nuncio.kernel.match;

/// Text that is a whole number from `start` (included) to `end` (not included).
record NumberRange(long start, long end) implements TextMatch {
    @Override
    public boolean matches(byte[] bytes, int from, int length) {
        int at = from;
        int limit = from + length;
        while (at < limit && blank(bytes[at])) {
            at++;
        }
        while (limit > at && blank(bytes[limit - 1])) {
            limit--;
        }
        boolean negative = at < limit && bytes[at] == '-';
        if (negative || at < limit && bytes[at] == '+') {
            at++;
        }
        if (at == limit) {
            return false;
        }
        long number = 0;
        for (; at < limit; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9 || number < (Long.MIN_VALUE + digit) / 10) {
                return false;
            }
            // Counted downwards, since there is one negative number more than positive ones.
            number = number * 10 - digit;
        }
        if (!negative && number == Long.MIN_VALUE) {
            return false;
        }
        long value = negative ? number : -number;
        return value >= start && value < end;
    }

    private static boolean blank(byte value) {
        return value == ' ' || value >= '\t' && value <= '\r';
    }
}
