package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

/// What a YAML scalar means to Envoy: the rules of yaml-cpp 0.8 as Envoy applies them, which differ
/// from every YAML schema (`yes` is true, `0120` is octal, a quoted scalar is always text).
final class YamlScalars {
    /// The meaning of `~`, `null` or nothing at all.
    static final Object NULL = new Object();

    private YamlScalars() {}

    /// [#NULL], a Boolean, a Long, a Double, or the text itself as a String.
    static Object meaning(YamlNode.Scalar scalar) {
        String text = scalar.text();
        if (scalar.tag() == null) {
            if (!scalar.plain()) {
                return text;
            }
            if (isNull(text)) {
                return NULL;
            }
        }
        Boolean truth = bool(text);
        if (truth != null) {
            return truth;
        }
        Long whole = integer(text);
        if (whole != null) {
            return whole;
        }
        Double number = decimal(text);
        return number != null ? number : text;
    }

    static boolean isNull(YamlNode.Scalar scalar) {
        return scalar.plain() && scalar.tag() == null && isNull(scalar.text());
    }

    static boolean isNull(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> true;
            default -> false;
        };
    }

    static @Nullable Boolean bool(String text) {
        return switch (text) {
            case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON" ->
                    Boolean.TRUE;
            case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF" ->
                    Boolean.FALSE;
            default -> null;
        };
    }

    /// Decimal, hexadecimal with `0x`, octal with a leading `0`; null if it is none or does not fit
    /// 64 bits.
    static @Nullable Long integer(String text) {
        int length = text.length();
        int at = 0;
        boolean negative = false;
        if (at < length && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            negative = text.charAt(at) == '-';
            at++;
        }
        int radix = 10;
        if (at + 1 < length && text.charAt(at) == '0') {
            boolean hexadecimal = text.charAt(at + 1) == 'x' || text.charAt(at + 1) == 'X';
            radix = hexadecimal ? 16 : 8;
            at += hexadecimal ? 2 : 1;
        }
        if (at >= length) {
            return null;
        }
        long value = 0;
        for (; at < length; at++) {
            char character = text.charAt(at);
            int digit = character < 128 ? Character.digit(character, radix) : -1;
            if (digit < 0) {
                return null;
            }
            // Collected as a negative number, because it has one value more.
            if (value < (Long.MIN_VALUE + digit) / radix) {
                return null;
            }
            value = value * radix - digit;
        }
        if (negative) {
            return value;
        }
        return value == Long.MIN_VALUE ? null : -value;
    }

    /// A finite decimal number, or one of YAML's infinities and NaN.
    static @Nullable Double decimal(String text) {
        switch (text) {
            case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> {
                return Double.POSITIVE_INFINITY;
            }
            case "-.inf", "-.Inf", "-.INF" -> {
                return Double.NEGATIVE_INFINITY;
            }
            case ".nan", ".NaN", ".NAN" -> {
                return Double.NaN;
            }
            default -> {}
        }
        if (!looksDecimal(text)) {
            return null;
        }
        double value = Double.parseDouble(text);
        return Double.isInfinite(value) ? null : value;
    }

    /// `[+-]? (digits [. digits?] | . digits) ([eE] [+-]? digits)?`
    static boolean looksDecimal(String text) {
        int at = !text.isEmpty() && (text.charAt(0) == '+' || text.charAt(0) == '-') ? 1 : 0;
        int start = at;
        at = digits(text, at);
        int digits = at - start;
        if (at < text.length() && text.charAt(at) == '.') {
            int fraction = digits(text, at + 1);
            digits += fraction - at - 1;
            at = fraction;
        }
        if (digits == 0) {
            return false;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = digits(text, at);
            if (exponent == at) {
                return false;
            }
            at = exponent;
        }
        return at == text.length();
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }
}
