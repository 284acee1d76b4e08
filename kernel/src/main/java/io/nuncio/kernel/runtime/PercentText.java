package io.nuncio.kernel.runtime;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// A fractional percent as operators write it: `{numerator: 5, denominator: TEN_THOUSAND}` or the
/// same on lines of its own, in JSON or YAML.
final class PercentText {
    static final String NUMERATOR = "numerator";
    static final String DENOMINATOR = "denominator";

    private static final long MAX_NUMERATOR = 0xffff_ffffL;

    private PercentText() {}

    /// @return null if it is anything else
    static @Nullable FractionalPercent parse(String text) {
        String body = text.strip();
        if (body.startsWith("{") && body.endsWith("}")) {
            body = body.substring(1, body.length() - 1);
        }
        Map<String, String> fields = new TreeMap<>();
        for (String pair : body.split("[,\n]")) {
            if (pair.isBlank()) {
                continue;
            }
            int colon = pair.indexOf(':');
            if (colon < 0) {
                return null;
            }
            fields.put(bare(pair.substring(0, colon)), bare(pair.substring(colon + 1)));
        }
        return fields.isEmpty() ? null : percent(fields);
    }

    private static String bare(String text) {
        String word = text.strip();
        boolean quoted =
                word.length() > 1
                        && (word.startsWith("\"") && word.endsWith("\"")
                                || word.startsWith("'") && word.endsWith("'"));
        return quoted ? word.substring(1, word.length() - 1) : word;
    }

    /// @return null if it has other fields, or values that are none
    static @Nullable FractionalPercent parse(Struct struct) {
        Map<String, String> fields = new TreeMap<>();
        for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
            String text = scalar(field.getValue());
            if (text == null) {
                return null;
            }
            fields.put(field.getKey(), text);
        }
        return percent(fields);
    }

    private static @Nullable String scalar(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case NUMBER_VALUE -> {
                double number = value.getNumberValue();
                yield number == Math.rint(number) ? Long.toString((long) number) : null;
            }
            default -> null;
        };
    }

    private static @Nullable FractionalPercent percent(Map<String, String> fields) {
        var percent = FractionalPercent.newBuilder();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            String text = field.getValue();
            switch (field.getKey()) {
                case NUMERATOR -> {
                    if (!text.matches("\\d{1,10}") || Long.parseLong(text) > MAX_NUMERATOR) {
                        return null;
                    }
                    percent.setNumerator((int) Long.parseLong(text));
                }
                case DENOMINATOR -> {
                    DenominatorType type = denominator(text);
                    if (type == null) {
                        return null;
                    }
                    percent.setDenominator(type);
                }
                default -> {
                    return null;
                }
            }
        }
        return percent.build();
    }

    private static @Nullable DenominatorType denominator(String text) {
        return Arrays.stream(DenominatorType.values())
                .filter(type -> type != DenominatorType.UNRECOGNIZED)
                .filter(type -> type.name().equals(text) || text.equals("" + type.getNumber()))
                .findFirst()
                .orElse(null);
    }

    /// What `/runtime` shows of one that was given as an object.
    static String print(Struct struct) {
        StringBuilder text = new StringBuilder("{");
        for (String name : struct.getFieldsMap().keySet().stream().sorted().toList()) {
            Value value = struct.getFieldsOrThrow(name);
            String shown = scalar(value);
            text.append(text.length() > 1 ? ", " : "")
                    .append(name)
                    .append(": ")
                    .append(shown == null ? value.getKindCase() : shown);
        }
        return text.append('}').toString();
    }
}
