package io.nuncio.kernel.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Binds a tree of nodes to a message by its descriptor, as leniently as Envoy's loader and no
/// more, and reports every mistake with its place instead of stopping at the first.
///
/// It builds dynamic messages: they are made from descriptors alone, while each generated builder
/// would first look up some hundred accessor methods by name. The loader serializes the result once
/// into the generated class.
final class Binder {
    static final String ANY = "google.protobuf.Any";

    private final Report report;
    private final TreeBounds bounds;
    private final DuplicateKeys duplicates;
    private final ScalarBinder scalars;
    private final ShortForms shortForms;
    private final StructBinder structs;
    private final AnyBinder anys;

    /// Where findings go: the loader adds the file.
    interface Report {
        void error(YamlNode at, FieldPath path, String message);

        void warn(YamlNode at, FieldPath path, String message);

        /// An unknown field: an error or a warning, as the command line says.
        void unknownField(YamlNode at, FieldPath path, String message);
    }

    /// @param contents receives what is inside each Any and TypedStruct
    /// @param bigIntegersAreText true for YAML, where Envoy keeps an integer beyond 32 bits in a
    ///   Struct as text
    /// @param strict true to refuse duplicate keys
    /// @param values how many values the text has, which bounds what aliases may expand to
    Binder(
            MessageTypes types,
            UnknownTypes unknownTypes,
            Report report,
            BoundContents contents,
            boolean bigIntegersAreText,
            boolean strict,
            int values) {
        this.report = report;
        this.bounds = new TreeBounds(report, values);
        this.duplicates = new DuplicateKeys(report, strict);
        this.scalars = new ScalarBinder(report, bigIntegersAreText);
        this.shortForms = new ShortForms(report);
        this.structs = new StructBinder(report, bounds, scalars, duplicates);
        this.anys = new AnyBinder(this, types, unknownTypes, report, contents, bounds);
    }

    /// The message as far as it could be bound; what was reported says whether it may be used.
    DynamicMessage bind(Descriptor type, YamlNode root, FieldPath path) {
        DynamicMessage bound = message(type, root, path, 0, Set.of());
        return bound == null ? DynamicMessage.getDefaultInstance(type) : bound;
    }

    // Messages

    /// @param except keys that are not fields, such as `@type`
    @Nullable DynamicMessage message(
            Descriptor type, YamlNode node, FieldPath path, int depth, Set<String> except) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            report.error(
                    node,
                    path,
                    "expected a mapping with the fields of "
                            + type.getFullName()
                            + ", found "
                            + node.describe());
            return null;
        }
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type);
        YamlNode.@Nullable Entry[] seen = new YamlNode.Entry[type.getFields().size()];
        for (YamlNode.Entry entry : mapping.entries()) {
            if (entry.ignored() || except.contains(entry.name())) {
                continue;
            }
            FieldDescriptor field = field(type, entry.name());
            if (field == null) {
                report.unknownField(
                        entry.key(), path.field(entry.name()), unknownField(type, entry, mapping));
                continue;
            }
            FieldPath fieldPath = path.field(field.getName());
            YamlNode.Entry before = seen[field.getIndex()];
            if (before != null) {
                duplicates.report(entry, before, fieldPath);
                builder.clearField(field);
            }
            seen[field.getIndex()] = entry;
            if (ScalarBinder.isNull(entry.value()) && (field.isRepeated() || !takesNull(field))) {
                continue;
            }
            OneofDescriptor oneof = field.getRealContainingOneof();
            if (oneof != null && oneofTaken(builder, oneof, field, entry, seen, fieldPath)) {
                continue;
            }
            set(builder, field, entry.value(), fieldPath, depth + 1);
        }
        return builder.build();
    }

    private static @Nullable FieldDescriptor field(Descriptor type, String name) {
        FieldDescriptor field = type.findFieldByName(name);
        if (field != null) {
            return field;
        }
        for (FieldDescriptor candidate : type.getFields()) {
            if (candidate.getJsonName().equals(name)) {
                return candidate;
            }
        }
        return null;
    }

    private boolean oneofTaken(
            DynamicMessage.Builder builder,
            OneofDescriptor oneof,
            FieldDescriptor field,
            YamlNode.Entry entry,
            YamlNode.@Nullable Entry[] seen,
            FieldPath path) {
        FieldDescriptor other = builder.getOneofFieldDescriptor(oneof);
        if (other == null || other == field) {
            return false;
        }
        YamlNode.Entry otherEntry = seen[other.getIndex()];
        report.error(
                entry.key(),
                path,
                "only one of `"
                        + other.getName()
                        + "` (line "
                        + (otherEntry == null ? entry : otherEntry).key().line()
                        + ") and `"
                        + field.getName()
                        + "` (line "
                        + entry.key().line()
                        + ") may be set: they are alternatives of `"
                        + oneof.getName()
                        + "`");
        return true;
    }

    private String unknownField(Descriptor type, YamlNode.Entry entry, YamlNode.Mapping mapping) {
        String name = entry.name();
        String start = "unknown field `" + name + "` in " + type.getFullName();
        if (name.equals("<<")) {
            return start
                    + "; merge keys are not supported, as in Envoy: name the alias in each field";
        }
        if (name.equals("@type")) {
            return start
                    + ": its type is known from the field, `@type` belongs into a `typed_config`";
        }
        String removed = RemovedFields.hint(type.getFullName(), name);
        if (removed != null) {
            return start + "; " + removed;
        }
        List<String> names = new ArrayList<>();
        for (FieldDescriptor field : type.getFields()) {
            if (mapping.get(field.getName()) == null) {
                names.add(field.getName());
            }
        }
        return start + Nearest.hint(name, names);
    }

    // Fields

    private void set(
            DynamicMessage.Builder builder,
            FieldDescriptor field,
            YamlNode node,
            FieldPath path,
            int depth) {
        if (field.isMapField()) {
            map(builder, field, node, path, depth);
        } else if (field.isRepeated()) {
            int[] next = {0};
            elements(builder, field, node, path, depth, next);
        } else {
            Object value = value(field, node, path, depth);
            if (value != null) {
                builder.setField(field, value);
            }
        }
    }

    /// A single value stands for a list of one, and lists in lists are flattened.
    private void elements(
            DynamicMessage.Builder builder,
            FieldDescriptor field,
            YamlNode node,
            FieldPath path,
            int depth,
            int[] next) {
        if (node instanceof YamlNode.Sequence sequence && !isListMessage(field)) {
            if (bounds.exceeded(node, path, depth)) {
                return;
            }
            for (YamlNode item : sequence.items()) {
                elements(builder, field, item, path, depth + 1, next);
            }
            return;
        }
        FieldPath elementPath = path.element(next[0]++);
        if (ScalarBinder.isNull(node) && !takesNull(field)) {
            report.error(
                    node,
                    elementPath,
                    "the list has an empty element; remove it or give it a value");
            builder.addRepeatedField(field, placeholder(field));
            return;
        }
        Object value = value(field, node, elementPath, depth);
        // A broken element keeps its place, so that the paths of those behind it stay right.
        builder.addRepeatedField(field, value == null ? placeholder(field) : value);
    }

    private static boolean isListMessage(FieldDescriptor field) {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return false;
        }
        String name = field.getMessageType().getFullName();
        return name.equals("google.protobuf.ListValue") || name.equals("google.protobuf.Value");
    }

    private static Object placeholder(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                ? DynamicMessage.getDefaultInstance(field.getMessageType())
                : singularDefault(field);
    }

    private static Object singularDefault(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case INT -> 0;
            case LONG -> 0L;
            case FLOAT -> 0f;
            case DOUBLE -> 0d;
            case BOOLEAN -> false;
            case STRING -> "";
            case BYTE_STRING -> ByteString.EMPTY;
            case ENUM -> field.getEnumType().getValues().get(0);
            case MESSAGE -> DynamicMessage.getDefaultInstance(field.getMessageType());
        };
    }

    private void map(
            DynamicMessage.Builder builder,
            FieldDescriptor field,
            YamlNode node,
            FieldPath path,
            int depth) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            report.error(
                    node, path, "expected a mapping from keys to values, found " + node.describe());
            return;
        }
        if (bounds.exceeded(node, path, depth)) {
            return;
        }
        FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
        FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
        Map<String, YamlNode.Entry> seen = new LinkedHashMap<>();
        Map<Object, DynamicMessage> bound = new LinkedHashMap<>();
        for (YamlNode.Entry entry : mapping.entries()) {
            if (entry.ignored()) {
                continue;
            }
            FieldPath entryPath = path.key(entry.name());
            YamlNode.Entry before = seen.put(entry.name(), entry);
            if (before != null) {
                duplicates.report(entry, before, entryPath);
            }
            Object key = scalars.mapKey(keyField, entry.key(), entryPath);
            if (key == null) {
                continue;
            }
            if (ScalarBinder.isNull(entry.value()) && !takesNull(valueField)) {
                report.error(
                        entry.value(), entryPath, "the key `" + entry.name() + "` has no value");
                continue;
            }
            Object value = value(valueField, entry.value(), entryPath, depth + 1);
            if (value != null) {
                bound.put(
                        key,
                        DynamicMessage.newBuilder(field.getMessageType())
                                .setField(keyField, key)
                                .setField(valueField, value)
                                .build());
            }
        }
        for (DynamicMessage entry : bound.values()) {
            builder.addRepeatedField(field, entry);
        }
    }

    private @Nullable Object value(
            FieldDescriptor field, YamlNode node, FieldPath path, int depth) {
        if (bounds.exceeded(node, path, depth)) {
            return null;
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return messageValue(field.getMessageType(), node, path, depth);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.ENUM
                && field.getEnumType().getFullName().equals("google.protobuf.NullValue")
                && ScalarBinder.isNull(node)) {
            return NullValue.NULL_VALUE.getValueDescriptor();
        }
        if (!(node instanceof YamlNode.Scalar scalar)) {
            report.error(
                    node,
                    path,
                    "expected " + ScalarBinder.expectation(field) + ", found " + node.describe());
            return null;
        }
        return scalars.scalar(field, scalar, path);
    }

    // Well-known types

    @Nullable Message messageValue(Descriptor type, YamlNode node, FieldPath path, int depth) {
        if (!type.getFullName().startsWith("google.protobuf.")) {
            return anys.typedStructOr(
                    type, message(type, node, path, depth, Set.of()), node, path, depth);
        }
        return switch (type.getFullName()) {
            case ANY -> anys.any(node, path, depth);
            case "google.protobuf.Struct" -> structs.struct(node, path, depth);
            case "google.protobuf.Value" -> structs.jsonValue(node, path, depth);
            case "google.protobuf.ListValue" -> structs.list(node, path, depth);
            case "google.protobuf.Duration",
                    "google.protobuf.Timestamp",
                    "google.protobuf.FieldMask",
                    "google.protobuf.BoolValue",
                    "google.protobuf.StringValue",
                    "google.protobuf.BytesValue",
                    "google.protobuf.Int32Value",
                    "google.protobuf.Int64Value",
                    "google.protobuf.UInt32Value",
                    "google.protobuf.UInt64Value",
                    "google.protobuf.FloatValue",
                    "google.protobuf.DoubleValue" ->
                    node instanceof YamlNode.Mapping
                            ? message(type, node, path, depth, Set.of())
                            : shortForm(type, node, path, depth);
            default -> message(type, node, path, depth, Set.of());
        };
    }

    private @Nullable Message shortForm(Descriptor type, YamlNode node, FieldPath path, int depth) {
        return switch (type.getName()) {
            case "Duration" -> shortForms.duration(node, path);
            case "Timestamp" -> shortForms.timestamp(node, path);
            case "FieldMask" -> shortForms.fieldMask(node, path);
            default -> {
                Object value = value(type.findFieldByNumber(1), node, path, depth);
                yield value == null ? null : ShortForms.wrapper(type, value);
            }
        };
    }

    private static boolean takesNull(FieldDescriptor field) {
        return switch (field.getJavaType()) {
            case MESSAGE ->
                    field.getMessageType().getFullName().equals("google.protobuf.Value")
                            && !field.isMapField();
            case ENUM -> field.getEnumType().getFullName().equals("google.protobuf.NullValue");
            default -> false;
        };
    }
}
