package io.nuncio.kernel.runtime;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.regex.Pattern;

/// A value, read in every way that it can be read. Immutable.
///
/// @param text as it was given
/// @param integer null if it is no number of 0 or more; cut off after the point
/// @param number null if it is no number
/// @param truth null if it is neither a truth value nor a whole number
/// @param share null if it is no fractional percent
record RuntimeEntry(
        String text,
        @Nullable Long integer,
        @Nullable Double number,
        @Nullable Boolean truth,
        @Nullable Share share) {

    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    /// @param denominator above 0
    record Share(int numerator, int denominator) {}

    static RuntimeEntry of(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> of(value.getStringValue());
            case BOOL_VALUE -> {
                boolean truth = value.getBoolValue();
                yield new RuntimeEntry(Boolean.toString(truth), null, null, truth, null);
            }
            case NUMBER_VALUE -> {
                double number = value.getNumberValue();
                yield of(text(number), number);
            }
            case STRUCT_VALUE -> {
                Struct struct = value.getStructValue();
                yield new RuntimeEntry(struct.toString(), null, null, null, share(struct));
            }
            default -> throw new IllegalArgumentException(value.getKindCase().name());
        };
    }

    private static RuntimeEntry of(String text) {
        String stripped = text.strip();
        if (NUMBER.matcher(stripped).matches()) {
            return of(text, Double.parseDouble(stripped));
        }
        Boolean truth =
                switch (stripped.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> null;
                };
        return new RuntimeEntry(text, null, null, truth, null);
    }

    private static RuntimeEntry of(String text, double number) {
        boolean whole = number == Math.rint(number) && Math.abs(number) < Integer.MAX_VALUE;
        return new RuntimeEntry(
                text,
                number >= 0 ? (Long) (long) number : null,
                number,
                whole ? number != 0 : null,
                null);
    }

    private static String text(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString((long) number)
                : Double.toString(number);
    }

    /// An empty struct is no share at all, 0 of 100.
    private static @Nullable Share share(Struct struct) {
        Value numerator = struct.getFieldsOrDefault("numerator", Value.getDefaultInstance());
        Value denominator = struct.getFieldsOrDefault("denominator", Value.getDefaultInstance());
        for (String field : struct.getFieldsMap().keySet()) {
            if (!field.equals("numerator") && !field.equals("denominator")) {
                return null;
            }
        }
        int of =
                switch (denominator.getStringValue().toUpperCase(Locale.ROOT)) {
                    case "", "HUNDRED" -> 100;
                    case "TEN_THOUSAND" -> 10_000;
                    case "MILLION" -> 1_000_000;
                    default -> 0;
                };
        if (of == 0 || (numerator.hasStringValue() || numerator.getNumberValue() < 0)) {
            return null;
        }
        return new Share((int) numerator.getNumberValue(), of);
    }
}
