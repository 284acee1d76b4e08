package io.nuncio.kernel.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/// Binds single values to fields that are no messages, and says what is expected where one does not
/// fit.
final class ScalarBinder {
    private final Binder.Report report;
    private final boolean bigIntegersAreText;

    /// @param bigIntegersAreText true for YAML, where Envoy keeps an integer beyond 32 bits in a
    ///   Struct as text
    ScalarBinder(Binder.Report report, boolean bigIntegersAreText) {
        this.report = report;
        this.bigIntegersAreText = bigIntegersAreText;
    }

    /// The key of an entry of a map field.
    @Nullable Object mapKey(FieldDescriptor field, YamlNode.Scalar key, FieldPath path) {
        return switch (field.getJavaType()) {
            case STRING -> key.text();
            case BOOLEAN -> {
                Boolean truth = YamlScalars.bool(key.text());
                if (truth == null) {
                    report.error(
                            key, path, "expected a key of true or false, found " + key.describe());
                }
                yield truth;
            }
            default -> scalar(field, key, path);
        };
    }

    /// What a scalar means to a field of this type, null after a report.
    @Nullable Object scalar(FieldDescriptor field, YamlNode.Scalar node, FieldPath path) {
        Object meaning = YamlScalars.meaning(node);
        return switch (field.getType()) {
            case STRING -> text(node, meaning, path);
            case BYTES -> bytes(node, meaning, path);
            case BOOL -> bool(node, meaning, path);
            case ENUM -> enumValue(field.getEnumType(), node, meaning, path);
            case DOUBLE -> decimal(node, meaning, path);
            case FLOAT -> {
                Double value = decimal(node, meaning, path);
                yield value == null ? null : (Object) value.floatValue();
            }
            case INT32, SINT32, SFIXED32 -> {
                Long value = whole(node, meaning, Integer.MIN_VALUE, Integer.MAX_VALUE, path);
                yield value == null ? null : (Object) value.intValue();
            }
            case UINT32, FIXED32 -> {
                Long value = whole(node, meaning, 0, 0xFFFF_FFFFL, path);
                yield value == null ? null : (Object) value.intValue();
            }
            case UINT64, FIXED64 -> unsignedLong(node, meaning, path);
            case INT64, SINT64, SFIXED64 ->
                    whole(node, meaning, Long.MIN_VALUE, Long.MAX_VALUE, path);
            case MESSAGE, GROUP -> throw new IllegalArgumentException(field.getFullName());
        };
    }

    /// What a field of this type wants, in words.
    static String expectation(FieldDescriptor field) {
        return switch (field.getType()) {
            case STRING -> "text";
            case BYTES -> "base64 text";
            case BOOL -> "true or false";
            case ENUM -> "one of " + names(field.getEnumType());
            case DOUBLE, FLOAT -> "a number";
            default -> "a whole number";
        };
    }

    private @Nullable String text(YamlNode.Scalar node, Object meaning, FieldPath path) {
        if (meaning instanceof String) {
            return node.text();
        }
        String special = specialText(meaning);
        if (special != null) {
            return special;
        }
        String what =
                meaning == YamlScalars.NULL
                        ? "nothing"
                        : (meaning instanceof Boolean ? "the truth value `" : "the number `")
                                + node.text()
                                + "`";
        report.error(
                node,
                path,
                "expected text, found " + what + "; put it in quotes: \"" + node.text() + "\"");
        return null;
    }

    /// Envoy hands integers beyond 32 bits and what is not finite on as text.
    @Nullable String specialText(Object meaning) {
        if (meaning instanceof Long whole && bigIntegersAreText && whole != whole.intValue()) {
            return whole.toString();
        }
        if (meaning instanceof Double number && !Double.isFinite(number)) {
            return notFinite(number);
        }
        return null;
    }

    private static String notFinite(double number) {
        return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    }

    private @Nullable ByteString bytes(YamlNode.Scalar node, Object meaning, FieldPath path) {
        if (meaning instanceof String || specialText(meaning) != null) {
            String text = node.text().replace('-', '+').replace('_', '/');
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == '=') {
                end--;
            }
            try {
                return ByteString.copyFrom(Base64.getDecoder().decode(text.substring(0, end)));
            } catch (IllegalArgumentException notBase64) {
                report.error(node, path, "expected base64 text, found " + node.describe());
                return null;
            }
        }
        report.error(
                node,
                path,
                "expected base64 text, found " + node.describe() + "; put it in quotes");
        return null;
    }

    private @Nullable Boolean bool(YamlNode.Scalar node, Object meaning, FieldPath path) {
        if (meaning instanceof Boolean truth) {
            return truth;
        }
        if (meaning.equals("true")) {
            return true;
        }
        if (meaning.equals("false")) {
            return false;
        }
        String hint =
                switch (node.text()) {
                    case "1" -> "; write true";
                    case "0" -> "; write false";
                    default -> Nearest.hint(node.text(), List.of("true", "false"));
                };
        report.error(node, path, "expected true or false, found " + node.describe() + hint);
        return null;
    }

    private @Nullable EnumValueDescriptor enumValue(
            EnumDescriptor type, YamlNode.Scalar node, Object meaning, FieldPath path) {
        if (meaning instanceof String name) {
            EnumValueDescriptor exact = type.findValueByName(name);
            if (exact != null) {
                return exact;
            }
            for (EnumValueDescriptor value : type.getValues()) {
                if (value.getName().equalsIgnoreCase(name)) {
                    return value;
                }
            }
        } else if (meaning instanceof Long || meaning instanceof Double) {
            double number = ((Number) meaning).doubleValue();
            if (number == (int) number) {
                return type.findValueByNumberCreatingIfUnknown((int) number);
            }
        }
        List<String> names = new ArrayList<>();
        for (EnumValueDescriptor value : type.getValues()) {
            names.add(value.getName());
        }
        String hint =
                meaning instanceof Boolean && names.contains(node.text().toUpperCase(Locale.ROOT))
                        ? "; put it in quotes"
                        : Nearest.hint(node.text(), names);
        report.error(
                node, path, "expected one of " + names(type) + ", found " + node.describe() + hint);
        return null;
    }

    private static String names(EnumDescriptor type) {
        StringBuilder names = new StringBuilder();
        int count = 0;
        for (EnumValueDescriptor value : type.getValues()) {
            if (count++ == 12) {
                return names.append(", ...").toString();
            }
            names.append(names.isEmpty() ? "" : ", ").append(value.getName());
        }
        return names.toString();
    }

    private @Nullable Double decimal(YamlNode.Scalar node, Object meaning, FieldPath path) {
        if (meaning instanceof Number number) {
            return number.doubleValue();
        }
        if (meaning instanceof String) {
            String text = node.text();
            Double number =
                    switch (text) {
                        case "NaN" -> (Double) Double.NaN;
                        case "Infinity" -> (Double) Double.POSITIVE_INFINITY;
                        case "-Infinity" -> (Double) Double.NEGATIVE_INFINITY;
                        default ->
                                YamlScalars.looksDecimal(text) ? YamlScalars.decimal(text) : null;
                    };
            if (number != null) {
                return number;
            }
        }
        report.error(node, path, "expected a number, found " + node.describe());
        return null;
    }

    private @Nullable Long whole(
            YamlNode.Scalar node, Object meaning, long smallest, long largest, FieldPath path) {
        Long value = null;
        if (meaning instanceof Long number) {
            value = number;
        } else if (meaning instanceof Double number) {
            value = whole(number);
        } else if (meaning instanceof String text && YamlScalars.looksDecimal(text)) {
            value = decimalWhole(text);
        }
        if (value == null || value < smallest || value > largest) {
            String range = smallest == Long.MIN_VALUE ? "" : " from " + smallest + " to " + largest;
            report.error(
                    node, path, "expected a whole number" + range + ", found " + node.describe());
            return null;
        }
        return value;
    }

    private static @Nullable Long decimalWhole(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException notDigits) {
            return whole(Double.parseDouble(text));
        }
    }

    private static @Nullable Long whole(double number) {
        return number == Math.rint(number) && Math.abs(number) < 0x1p63
                ? (Long) (long) number
                : null;
    }

    private @Nullable Long unsignedLong(YamlNode.Scalar node, Object meaning, FieldPath path) {
        if (!(meaning instanceof Long) && node.text().length() <= 20) {
            try {
                return Long.parseUnsignedLong(node.text());
            } catch (NumberFormatException notDigits) {
                // The general rule below decides.
            }
        }
        return whole(node, meaning, 0, Long.MAX_VALUE, path);
    }

    static boolean isNull(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar && YamlScalars.isNull(scalar);
    }
}
