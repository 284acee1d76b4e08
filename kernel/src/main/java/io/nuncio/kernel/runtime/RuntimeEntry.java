package io.nuncio.kernel.runtime;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.nuncio.spi.RuntimeFraction;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Pattern;

/// The value of a key as each kind of reader sees it; null where it is not of that kind.
///
/// @param raw the text, as `/runtime` shows it
record RuntimeEntry(
        String raw,
        @Nullable Long integer,
        @Nullable Double number,
        @Nullable Boolean flag,
        @Nullable RuntimeFraction fraction) {
    private static final int PERCENT = 100;
    private static final double UINT64_RANGE = 0x1p64;
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,3})?");

    /// A value given as text: a file of a disk layer, a parameter of `/runtime_modify`, a string.
    static RuntimeEntry ofText(String raw) {
        String text = raw.strip();
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.equals("true") || lower.equals("false")) {
            return new RuntimeEntry(raw, null, null, lower.equals("true"), null);
        }
        if (NUMBER.matcher(text).matches()) {
            return ofNumber(raw, Double.parseDouble(text), text.matches("\\d+"));
        }
        return new RuntimeEntry(raw, null, null, null, fraction(PercentText.parse(text)));
    }

    private static RuntimeEntry ofNumber(String raw, double number, boolean whole) {
        if (number < 0 || number >= UINT64_RANGE) {
            return new RuntimeEntry(raw, null, number, null, null);
        }
        long integer = new BigDecimal(number).longValue(); // the same bits as an unsigned one
        return new RuntimeEntry(
                raw,
                integer,
                number,
                whole ? number != 0 : null,
                random ->
                        Long.compareUnsigned(Long.remainderUnsigned(random, PERCENT), integer) < 0);
    }

    private static @Nullable RuntimeFraction fraction(@Nullable FractionalPercent percent) {
        return percent == null ? null : RuntimeFraction.of(percent);
    }

    /// A value of a static layer or of RTDS.
    ///
    /// @return null if it is a list, or null, or nothing
    static @Nullable RuntimeEntry of(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> ofText(value.getStringValue());
            case BOOL_VALUE ->
                    new RuntimeEntry(
                            Boolean.toString(value.getBoolValue()),
                            null,
                            null,
                            value.getBoolValue(),
                            null);
            case NUMBER_VALUE -> {
                double number = value.getNumberValue();
                boolean whole = number == Math.rint(number);
                yield ofNumber(
                        whole && Math.abs(number) < 1e15
                                ? Long.toString((long) number)
                                : Double.toString(number),
                        number,
                        whole && number >= 0);
            }
            case STRUCT_VALUE -> ofStruct(value.getStructValue());
            case NULL_VALUE, LIST_VALUE, KIND_NOT_SET -> null;
        };
    }

    private static RuntimeEntry ofStruct(Struct struct) {
        return new RuntimeEntry(
                PercentText.print(struct), null, null, null, fraction(PercentText.parse(struct)));
    }
}
