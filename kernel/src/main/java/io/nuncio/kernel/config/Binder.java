package io.nuncio.kernel.config;

import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.ByteString;
import com.google.protobuf.BytesValue;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.DoubleValue;
import com.google.protobuf.Duration;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.FieldMask;
import com.google.protobuf.FloatValue;
import com.google.protobuf.Int32Value;
import com.google.protobuf.Int64Value;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Binds a tree of nodes to a message by its descriptor, as leniently as Envoy's loader and no
/// more, and reports every mistake with its place instead of stopping at the first.
///
/// It builds dynamic messages: they are made from descriptors alone, while each generated builder
/// would first look up some hundred accessor methods by name. The loader serializes the result once
/// into the generated class.
///
/// | limit | value | when exceeded |
/// |---|---|---|
/// | nesting, aliases followed | 100 levels | problem |
/// | values, aliases followed | 1 million, and ten times those in the text | problem |
final class Binder {
    private static final int MAX_DEPTH = YamlReader.MAX_DEPTH;
    private static final int FREE_VALUES = 1_000_000;
    private static final String ANY = "google.protobuf.Any";

    private final MessageTypes types;
    private final UnknownTypes unknownTypes;
    private final Report report;
    private final BoundContents contents;
    private final boolean bigIntegersAreText;
    private final boolean strict;
    private long valuesLeft;

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
        this.types = types;
        this.unknownTypes = unknownTypes;
        this.report = report;
        this.contents = contents;
        this.bigIntegersAreText = bigIntegersAreText;
        this.strict = strict;
        this.valuesLeft = FREE_VALUES + 10L * values;
    }

    /// The message as far as it could be bound; what was reported says whether it may be used.
    DynamicMessage bind(Descriptor type, YamlNode root, FieldPath path) {
        DynamicMessage bound = message(type, root, path, 0, Set.of());
        return bound == null ? DynamicMessage.getDefaultInstance(type) : bound;
    }

    // Messages

    /// @param except keys that are not fields, such as `@type`
    private @Nullable DynamicMessage message(
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
                duplicate(entry, before, fieldPath);
                builder.clearField(field);
            }
            seen[field.getIndex()] = entry;
            if (isNull(entry.value()) && (field.isRepeated() || !takesNull(field))) {
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

    private void duplicate(YamlNode.Entry entry, YamlNode.Entry before, FieldPath path) {
        String message =
                "`" + entry.name() + "` is given twice, first at line " + before.key().line();
        if (strict) {
            report.error(entry.key(), path, message);
        } else {
            report.warn(entry.key(), path, message + "; this one is used");
        }
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
            if (tooDeep(node, path, depth)) {
                return;
            }
            for (YamlNode item : sequence.items()) {
                elements(builder, field, item, path, depth + 1, next);
            }
            return;
        }
        FieldPath elementPath = path.element(next[0]++);
        if (isNull(node) && !takesNull(field)) {
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
        if (tooDeep(node, path, depth)) {
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
                duplicate(entry, before, entryPath);
            }
            Object key = mapKey(keyField, entry.key(), entryPath);
            if (key == null) {
                continue;
            }
            if (isNull(entry.value()) && !takesNull(valueField)) {
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

    private @Nullable Object mapKey(FieldDescriptor field, YamlNode.Scalar key, FieldPath path) {
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

    private @Nullable Object value(
            FieldDescriptor field, YamlNode node, FieldPath path, int depth) {
        if (tooDeep(node, path, depth)) {
            return null;
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return messageValue(field.getMessageType(), node, path, depth);
        }
        if (field.getJavaType() == FieldDescriptor.JavaType.ENUM
                && field.getEnumType().getFullName().equals("google.protobuf.NullValue")
                && isNull(node)) {
            return NullValue.NULL_VALUE.getValueDescriptor();
        }
        if (!(node instanceof YamlNode.Scalar scalar)) {
            report.error(
                    node, path, "expected " + expectation(field) + ", found " + node.describe());
            return null;
        }
        return scalar(field, scalar, path);
    }

    /// True, after a report, if following the tree any further could take for ever.
    private boolean tooDeep(YamlNode node, FieldPath path, int depth) {
        if (depth > MAX_DEPTH) {
            report.error(
                    node, path, "the configuration is nested deeper than " + MAX_DEPTH + " levels");
            return true;
        }
        if (valuesLeft <= 0) {
            if (valuesLeft == 0) {
                report.error(node, path, "the aliases of the text expand to too many values");
            }
            valuesLeft = -1;
            return true;
        }
        valuesLeft--;
        return false;
    }

    // Scalars

    private @Nullable Object scalar(FieldDescriptor field, YamlNode.Scalar node, FieldPath path) {
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

    private static String expectation(FieldDescriptor field) {
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
    private @Nullable String specialText(Object meaning) {
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

    // Well-known types

    private @Nullable Message messageValue(
            Descriptor type, YamlNode node, FieldPath path, int depth) {
        if (!type.getFullName().startsWith("google.protobuf.")) {
            return typedStructOr(
                    type, message(type, node, path, depth, Set.of()), node, path, depth);
        }
        return switch (type.getFullName()) {
            case ANY -> any(node, path, depth);
            case "google.protobuf.Struct" -> struct(node, path, depth);
            case "google.protobuf.Value" -> jsonValue(node, path, depth);
            case "google.protobuf.ListValue" -> list(node, path, depth);
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
            case "Duration" -> duration(node, path);
            case "Timestamp" -> timestamp(node, path);
            case "FieldMask" -> fieldMask(node, path);
            default -> {
                Object value = value(type.findFieldByNumber(1), node, path, depth);
                yield value == null ? null : wrapper(type, value);
            }
        };
    }

    private static Message wrapper(Descriptor type, Object value) {
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

    private @Nullable Duration duration(YamlNode node, FieldPath path) {
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

    private @Nullable Timestamp timestamp(YamlNode node, FieldPath path) {
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

    private @Nullable FieldMask fieldMask(YamlNode node, FieldPath path) {
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

    private @Nullable Struct struct(YamlNode node, FieldPath path, int depth) {
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
                duplicate(entry, before, entryPath);
            }
            Value value = jsonValue(entry.value(), entryPath, depth + 1);
            if (value != null) {
                struct.putFields(entry.name(), value);
            }
        }
        return struct.build();
    }

    private @Nullable ListValue list(YamlNode node, FieldPath path, int depth) {
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

    private @Nullable Value jsonValue(YamlNode node, FieldPath path, int depth) {
        if (tooDeep(node, path, depth)) {
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
                String special = specialText(meaning);
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

    // Any and TypedStruct

    private @Nullable Any any(YamlNode node, FieldPath path, int depth) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            report.error(
                    node,
                    path,
                    "expected a mapping with `@type` and the fields of that type, found "
                            + node.describe());
            return null;
        }
        YamlNode typeNode = mapping.get("@type");
        if (typeNode == null) {
            for (YamlNode.Entry entry : mapping.entries()) {
                if (!entry.ignored()) {
                    report.error(
                            entry.key(),
                            path,
                            "the fields need an `\"@type\": type.googleapis.com/...` beside them"
                                    + " that says whose they are");
                    return null;
                }
            }
            return Any.getDefaultInstance();
        }
        if (!(typeNode instanceof YamlNode.Scalar typeScalar)
                || !(YamlScalars.meaning(typeScalar) instanceof String typeUrl)) {
            report.error(
                    typeNode,
                    path.field("@type"),
                    "expected a type such as type.googleapis.com/envoy.config.core.v3.Node, found "
                            + typeNode.describe());
            return null;
        }
        String name = MessageTypes.nameOf(typeUrl);
        Message prototype = types.find(name);
        if (prototype == null) {
            report.error(typeNode, path.field("@type"), unknownTypes.message(name));
            return null;
        }
        if (typeUrl.indexOf('/') < 1) {
            report.error(
                    typeNode,
                    path.field("@type"),
                    "a type needs the prefix `type.googleapis.com/`; write `type.googleapis.com/"
                            + name
                            + "`");
        }
        Descriptor type = prototype.getDescriptorForType();
        FieldPath innerPath = path.type(name);
        Message inner;
        if (isValueType(name)) {
            onlyValue(mapping, type, innerPath);
            YamlNode value = mapping.get("value");
            inner =
                    value == null || isNull(value) && !name.equals("google.protobuf.Value")
                            ? prototype
                            : tooDeep(value, path, depth)
                                    ? null
                                    : messageValue(type, value, innerPath, depth + 1);
        } else {
            DynamicMessage fields = message(type, node, innerPath, depth, Set.of("@type"));
            inner = typedStructOr(type, fields, node, innerPath, depth);
        }
        if (inner == null) {
            return null;
        }
        Any any = Any.newBuilder().setTypeUrl(typeUrl).setValue(inner.toByteString()).build();
        contents.put(any, inner);
        return any;
    }

    /// True for a type whose JSON is not a mapping of its fields, so that an Any has it under the
    /// key `value`.
    private static boolean isValueType(String name) {
        return switch (name) {
            case ANY,
                    "google.protobuf.Struct",
                    "google.protobuf.Value",
                    "google.protobuf.ListValue",
                    "google.protobuf.Duration",
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
                    true;
            default -> false;
        };
    }

    private void onlyValue(YamlNode.Mapping mapping, Descriptor type, FieldPath path) {
        for (YamlNode.Entry entry : mapping.entries()) {
            if (!entry.ignored()
                    && !entry.name().equals("@type")
                    && !entry.name().equals("value")) {
                report.unknownField(
                        entry.key(),
                        path.field(entry.name()),
                        "unknown field `"
                                + entry.name()
                                + "`: a "
                                + type.getFullName()
                                + " is given as `value`");
            }
        }
    }

    /// For a TypedStruct whose inner type is known, also binds its value to that type, for the
    /// checks and their places.
    private @Nullable DynamicMessage typedStructOr(
            Descriptor type,
            @Nullable DynamicMessage bound,
            YamlNode node,
            FieldPath path,
            int depth) {
        if (bound == null || !TypedStructs.isTypedStruct(type)) {
            return bound;
        }
        String typeUrl = TypedStructs.typeUrl(bound);
        if (typeUrl.isEmpty()) {
            return bound;
        }
        YamlNode urlNode = fieldNode(node, "type_url", "typeUrl");
        String name = MessageTypes.nameOf(typeUrl);
        Message prototype = types.find(name);
        if (prototype == null) {
            if (MessageTypes.isBeforeV3(name)) {
                report.error(urlNode, path.field("type_url"), unknownTypes.message(name));
            }
            return bound;
        }
        YamlNode valueNode = fieldNode(node, "value", "value");
        if (valueNode instanceof YamlNode.Mapping && !isValueType(name)) {
            FieldPath innerPath = path.field("value").type(name);
            DynamicMessage inner =
                    message(
                            prototype.getDescriptorForType(),
                            valueNode,
                            innerPath,
                            depth + 1,
                            Set.of());
            if (inner != null) {
                contents.put(bound, inner);
            }
        } else {
            contents.put(bound, prototype);
        }
        return bound;
    }

    private static YamlNode fieldNode(YamlNode node, String name, String otherName) {
        if (node instanceof YamlNode.Mapping mapping) {
            YamlNode value = mapping.get(name);
            YamlNode other = value == null ? mapping.get(otherName) : value;
            if (other != null) {
                return other;
            }
        }
        return node;
    }

    private static boolean isNull(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar && YamlScalars.isNull(scalar);
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
