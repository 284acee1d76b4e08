package io.nuncio.kernel.config;

import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DoubleValue;
import com.google.protobuf.Duration;
import com.google.protobuf.FieldMask;
import com.google.protobuf.FloatValue;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Int64Value;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;

import org.jspecify.annotations.Nullable;

/// The well-known types that are written as one text, and the wrappers.
final class ShortForms {
    private final Binder.Report report;

    ShortForms(Binder.Report report) {
        this.report = report;
    }

    /// A wrapper message around its value.
    static Message wrapper(Descriptor type, Object value) {
        return switch (type.getName()) {
            case "BoolValue" -> BoolValue.of((Boolean) value);
            case "StringValue" -> StringValue.of((String) value);
            case "BytesValue" -> BytesValue.of((ByteString) value);
            case "Int32Value" -> Int32Value.of((Integer) value);
            case "Int64Value" -> Int64Value.of((Long) value);
            case "UInt32Value" -> UInt32Value.of((Integer) value);
            case "UInt64Value" -> UInt64Value.of((Long) value);
            case "FloatValue" -> FloatValue.of((Float) value);
            default -> DoubleValue.of((Double) value);
        };
    }

    @Nullable Duration duration(YamlNode node, FieldPath path) {
        if (!(node instanceof YamlNode.Scalar scalar)) {
            report.error(node, path, "expected a duration such as 5s, found " + node.describe());
            return null;
        }
        Object meaning = YamlScalars.meaning(scalar);
        Duration parsed = meaning instanceof String ? DurationText.parse(scalar.text()) : null;
        if (parsed == null) {
            String corrected = DurationText.corrected(scalar.text());
            report.error(
                    node,
                    path,
                    "expected a duration in seconds such as 5s or 0.25s, found "
                            + node.describe()
                            + (corrected == null ? "" : "; write " + corrected));
        }
        return parsed;
    }

    @Nullable Timestamp timestamp(YamlNode node, FieldPath path) {
        Timestamp parsed =
                node instanceof YamlNode.Scalar scalar
                        ? DurationText.timestamp(scalar.text())
                        : null;
        if (parsed == null) {
            report.error(
                    node,
                    path,
                    "expected a time such as 2026-01-31T12:00:00Z, found " + node.describe());
        }
        return parsed;
    }

    @Nullable FieldMask fieldMask(YamlNode node, FieldPath path) {
        if (!(node instanceof YamlNode.Scalar scalar)) {
            report.error(
                    node,
                    path,
                    "expected field names separated by commas, found " + node.describe());
            return null;
        }
        FieldMask.Builder mask = FieldMask.newBuilder();
        for (String name : scalar.text().split(",", -1)) {
            if (!name.isBlank()) {
                mask.addPaths(snakeCase(name.strip()));
            }
        }
        return mask.build();
    }

    private static String snakeCase(String camelCase) {
        StringBuilder text = new StringBuilder();
        for (char character : camelCase.toCharArray()) {
            if (character >= 'A' && character <= 'Z') {
                text.append('_').append((char) (character + 32));
            } else {
                text.append(character);
            }
        }
        return text.toString();
    }
}
