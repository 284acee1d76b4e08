package io.nuncio.kernel.config;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/// Binds trees of any shape to `google.protobuf.Struct`, `ListValue` and `Value`.
final class StructBinder {
    private final Binder.Report report;
    private final TreeBounds bounds;
    private final ScalarBinder scalars;
    private final DuplicateKeys duplicates;

    StructBinder(
            Binder.Report report,
            TreeBounds bounds,
            ScalarBinder scalars,
            DuplicateKeys duplicates) {
        this.report = report;
        this.bounds = bounds;
        this.scalars = scalars;
        this.duplicates = duplicates;
    }

    @Nullable Struct struct(YamlNode node, FieldPath path, int depth) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            report.error(node, path, "expected a mapping, found " + node.describe());
            return null;
        }
        Struct.Builder struct = Struct.newBuilder();
        Map<String, YamlNode.Entry> seen = new LinkedHashMap<>();
        for (YamlNode.Entry entry : mapping.entries()) {
            if (entry.ignored()) {
                continue;
            }
            FieldPath entryPath = path.key(entry.name());
            YamlNode.Entry before = seen.put(entry.name(), entry);
            if (before != null) {
                duplicates.report(entry, before, entryPath);
            }
            Value value = jsonValue(entry.value(), entryPath, depth + 1);
            if (value != null) {
                struct.putFields(entry.name(), value);
            }
        }
        return struct.build();
    }

    @Nullable ListValue list(YamlNode node, FieldPath path, int depth) {
        if (!(node instanceof YamlNode.Sequence sequence)) {
            report.error(node, path, "expected a list, found " + node.describe());
            return null;
        }
        ListValue.Builder list = ListValue.newBuilder();
        int index = 0;
        for (YamlNode item : sequence.items()) {
            Value value = jsonValue(item, path.element(index++), depth + 1);
            if (value != null) {
                list.addValues(value);
            }
        }
        return list.build();
    }

    @Nullable Value jsonValue(YamlNode node, FieldPath path, int depth) {
        if (bounds.exceeded(node, path, depth)) {
            return null;
        }
        Value.Builder value = Value.newBuilder();
        return switch (node) {
            case YamlNode.Mapping mapping -> {
                Struct struct = struct(mapping, path, depth);
                yield struct == null ? null : value.setStructValue(struct).build();
            }
            case YamlNode.Sequence sequence -> {
                ListValue list = list(sequence, path, depth);
                yield list == null ? null : value.setListValue(list).build();
            }
            case YamlNode.Scalar scalar -> {
                Object meaning = YamlScalars.meaning(scalar);
                String special = scalars.specialText(meaning);
                if (special != null) {
                    yield value.setStringValue(special).build();
                }
                yield switch (meaning) {
                    case Boolean truth -> value.setBoolValue(truth).build();
                    case Number number -> value.setNumberValue(number.doubleValue()).build();
                    case String text -> value.setStringValue(text).build();
                    default -> value.setNullValue(NullValue.NULL_VALUE).build();
                };
            }
        };
    }
}
