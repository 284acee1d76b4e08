package io.nuncio.kernel.config;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;

import udpa.annotations.Sensitive;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Prints messages as JSON the way Envoy's admin does: names as in the API's sources, indented by
/// one space, each Any with the fields of its type, and what the API marks as sensitive replaced by
/// `[redacted]`.
///
/// Types inside Any are looked up one by one. An Any whose type nobody knows is printed with its
/// bytes in base64. Thread-safe if its `MessageTypes` are.
public final class MessageJson {
    private static final String REDACTED = "[redacted]";

    private final MessageTypes types;
    private final boolean redact;
    private final boolean pretty;
    private final boolean defaults;

    /// Prints in several lines and hides what is sensitive.
    public MessageJson(MessageTypes types) {
        this(types, true, true, false);
    }

    private MessageJson(MessageTypes types, boolean redact, boolean pretty, boolean defaults) {
        this.types = types;
        this.redact = redact;
        this.pretty = pretty;
        this.defaults = defaults;
    }

    /// The same printer, showing secrets too.
    public MessageJson unredacted() {
        return new MessageJson(types, false, pretty, defaults);
    }

    /// The same printer, everything on one line.
    public MessageJson compact() {
        return new MessageJson(types, redact, false, defaults);
    }

    /// The same printer, showing numbers, texts and enum values that are at their default, too.
    public MessageJson withDefaults() {
        return new MessageJson(types, redact, pretty, true);
    }

    /// The message as JSON text, without a line end.
    public String print(Message message) {
        Writer writer = new Writer();
        writer.message(message, false);
        return writer.out.toString();
    }

    /// Text with the marks that JSON needs; like Envoy's, it also escapes angle brackets.
    static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int at = 0; at < text.length(); at++) {
            char character = text.charAt(at);
            switch (character) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    boolean escaped =
                            character < 0x20
                                    || character == 0x7f
                                    || character == '<'
                                    || character == '>'
                                    || character == '\u2028'
                                    || character == '\u2029';
                    if (escaped) {
                        out.append(String.format("\\u%04x", (int) character));
                    } else {
                        out.append(character);
                    }
                }
            }
        }
        out.append('"');
    }

    /// One printing; it remembers how deep it is.
    private final class Writer {
        final StringBuilder out = new StringBuilder();
        private int depth;

        /// @param sensitive true below a sensitive field
        void message(Message message, boolean sensitive) {
            Descriptor type = message.getDescriptorForType();
            if (type.getFullName().startsWith("google.protobuf.")
                    && wellKnown(message, type, sensitive)) {
                return;
            }
            boolean empty = open('{');
            fields(message, sensitive, empty);
            close('}');
        }

        private boolean fields(Message message, boolean sensitive, boolean first) {
            boolean isFirst = first;
            for (Map.Entry<FieldDescriptor, Object> set : shown(message).entrySet()) {
                FieldDescriptor field = set.getKey();
                boolean hidden =
                        sensitive
                                || (redact && field.getOptions().getExtension(Sensitive.sensitive));
                if (hidden && isCleared(field)) {
                    continue;
                }
                isFirst = key(field.getName(), isFirst);
                if (field.isMapField()) {
                    map(field, (List<?>) set.getValue(), hidden);
                } else if (field.isRepeated()) {
                    list(field, (List<?>) set.getValue(), hidden);
                } else {
                    value(field, set.getValue(), hidden);
                }
            }
            return isFirst;
        }

        private Map<FieldDescriptor, Object> shown(Message message) {
            if (!defaults) {
                return message.getAllFields();
            }
            Map<FieldDescriptor, Object> all = new TreeMap<>(message.getAllFields());
            for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
                if (!field.isRepeated() && !field.hasPresence()) {
                    all.putIfAbsent(field, message.getField(field));
                }
            }
            return all;
        }

        /// Numbers and truth values that are sensitive are left out, since they cannot say
        /// `[redacted]`.
        private boolean isCleared(FieldDescriptor field) {
            FieldDescriptor shown =
                    field.isMapField() ? field.getMessageType().findFieldByNumber(2) : field;
            return switch (shown.getJavaType()) {
                case STRING, BYTE_STRING, MESSAGE -> false;
                default -> true;
            };
        }

        private void map(FieldDescriptor field, List<?> entries, boolean hidden) {
            FieldDescriptor keyField = field.getMessageType().findFieldByNumber(1);
            FieldDescriptor valueField = field.getMessageType().findFieldByNumber(2);
            boolean first = open('{');
            for (Object entry : entries) {
                Message pair = (Message) entry;
                first = key(pair.getField(keyField).toString(), first);
                value(valueField, pair.getField(valueField), hidden);
            }
            close('}');
        }

        private void list(FieldDescriptor field, List<?> elements, boolean hidden) {
            boolean first = open('[');
            for (Object element : elements) {
                first = next(first);
                value(field, element, hidden);
            }
            close(']');
        }

        private void value(FieldDescriptor field, Object value, boolean hidden) {
            switch (field.getType()) {
                case STRING -> quote(out, hidden ? REDACTED : (String) value);
                case BYTES ->
                        quote(
                                out,
                                base64(
                                        hidden
                                                ? ByteString.copyFromUtf8(REDACTED)
                                                : (ByteString) value));
                case MESSAGE, GROUP -> message((Message) value, hidden);
                case ENUM -> enumValue(field, (EnumValueDescriptor) value);
                case UINT32, FIXED32 -> out.append(Integer.toUnsignedLong((Integer) value));
                case UINT64, FIXED64 ->
                        out.append('"').append(Long.toUnsignedString((Long) value)).append('"');
                case INT64, SINT64, SFIXED64 -> out.append('"').append(value).append('"');
                case DOUBLE -> number((Double) value, value.toString());
                case FLOAT -> number((Float) value, value.toString());
                case INT32, SINT32, SFIXED32, BOOL -> out.append(value);
            }
        }

        private void enumValue(FieldDescriptor field, EnumValueDescriptor value) {
            if (field.getEnumType().getFullName().equals("google.protobuf.NullValue")) {
                out.append("null");
            } else if (field.getEnumType().findValueByNumber(value.getNumber()) == null) {
                out.append(value.getNumber());
            } else {
                quote(out, value.getName());
            }
        }

        private void number(double value, String text) {
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                quote(out, text);
            } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
                out.append((long) value);
            } else {
                out.append(text.replace("E", text.contains("E-") ? "e" : "e+"));
            }
        }

        /// Types with a notation of their own; false for the others.
        private boolean wellKnown(Message message, Descriptor type, boolean sensitive) {
            switch (type.getName()) {
                case "Any" -> any(message, sensitive);
                case "Duration" ->
                        quote(
                                out,
                                Durations.toString(
                                        parse(
                                                Duration.getDefaultInstance(),
                                                message.toByteString())));
                case "Timestamp" ->
                        quote(
                                out,
                                Timestamps.toString(
                                        parse(
                                                Timestamp.getDefaultInstance(),
                                                message.toByteString())));
                case "FieldMask" -> fieldMask(message, type);
                case "Struct" ->
                        map(
                                type.findFieldByNumber(1),
                                (List<?>) message.getField(type.findFieldByNumber(1)),
                                sensitive);
                case "ListValue" ->
                        list(
                                type.findFieldByNumber(1),
                                (List<?>) message.getField(type.findFieldByNumber(1)),
                                sensitive);
                case "Value" -> jsonValue(message, sensitive);
                case "BoolValue",
                        "StringValue",
                        "BytesValue",
                        "Int32Value",
                        "Int64Value",
                        "UInt32Value",
                        "UInt64Value",
                        "FloatValue",
                        "DoubleValue" -> {
                    FieldDescriptor field = type.findFieldByNumber(1);
                    if (sensitive && isCleared(field)) {
                        out.append("null");
                    } else {
                        value(field, message.getField(field), sensitive);
                    }
                }
                default -> {
                    return false;
                }
            }
            return true;
        }

        private void jsonValue(Message value, boolean sensitive) {
            Map<FieldDescriptor, Object> set = value.getAllFields();
            if (set.isEmpty()) {
                out.append("null");
                return;
            }
            Map.Entry<FieldDescriptor, Object> only = set.entrySet().iterator().next();
            if (sensitive && isCleared(only.getKey())) {
                out.append("null");
            } else {
                value(only.getKey(), only.getValue(), sensitive);
            }
        }

        private void fieldMask(Message mask, Descriptor type) {
            StringBuilder paths = new StringBuilder();
            for (Object path : (List<?>) mask.getField(type.findFieldByNumber(1))) {
                paths.append(paths.isEmpty() ? "" : ",").append(camelCase((String) path));
            }
            quote(out, paths.toString());
        }

        private void any(Message any, boolean sensitive) {
            boolean first = open('{');
            String typeUrl = Anys.typeUrl(any);
            if (!typeUrl.isEmpty()) {
                first = key("@type", first);
                quote(out, typeUrl);
                contents(any, typeUrl, sensitive, first);
            }
            close('}');
        }

        private void contents(Message any, String typeUrl, boolean sensitive, boolean first) {
            Message prototype = types.find(MessageTypes.nameOf(typeUrl));
            if (prototype == null) {
                key("value", first);
                quote(out, sensitive ? REDACTED : base64(Anys.value(any)));
                return;
            }
            Message inner;
            try {
                inner = prototype.newBuilderForType().mergeFrom(Anys.value(any)).build();
            } catch (InvalidProtocolBufferException broken) {
                key("value", first);
                quote(out, sensitive ? REDACTED : base64(Anys.value(any)));
                return;
            }
            if (hasOwnNotation(inner.getDescriptorForType())) {
                key("value", first);
                message(inner, sensitive);
            } else if (redact && TypedStructs.isTypedStruct(inner.getDescriptorForType())) {
                typedStruct(inner, sensitive, first);
            } else {
                fields(inner, sensitive, first);
            }
        }

        /// A TypedStruct hides what its inner type marks as sensitive.
        private void typedStruct(Message typedStruct, boolean sensitive, boolean first) {
            String typeUrl = TypedStructs.typeUrl(typedStruct);
            Message prototype = types.find(MessageTypes.nameOf(typeUrl));
            Message inner =
                    prototype == null ? null : TypedStructs.contents(typedStruct, prototype, types);
            if (inner == null || hasOwnNotation(inner.getDescriptorForType())) {
                fields(typedStruct, sensitive, first);
                return;
            }
            boolean isFirst = key("type_url", first);
            quote(out, typeUrl);
            key("value", isFirst);
            message(inner, sensitive);
        }

        private boolean open(char bracket) {
            out.append(bracket);
            depth++;
            return true;
        }

        private void close(char bracket) {
            depth--;
            char last = out.charAt(out.length() - 1);
            if (pretty && last != '{' && last != '[') {
                newLine();
            }
            out.append(bracket);
        }

        private boolean key(String name, boolean first) {
            next(first);
            quote(out, name);
            out.append(pretty ? ": " : ":");
            return false;
        }

        private boolean next(boolean first) {
            if (!first) {
                out.append(',');
            }
            if (pretty) {
                newLine();
            }
            return false;
        }

        private void newLine() {
            out.append('\n').repeat(' ', depth);
        }
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> M parse(M prototype, ByteString bytes) {
        try {
            return (M) prototype.newBuilderForType().mergeFrom(bytes).build();
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static boolean hasOwnNotation(Descriptor type) {
        return type.getFullName().startsWith("google.protobuf.") && !type.getName().equals("Empty");
    }

    private static String base64(ByteString bytes) {
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static String camelCase(String snakeCase) {
        StringBuilder text = new StringBuilder();
        boolean upper = false;
        for (int at = 0; at < snakeCase.length(); at++) {
            char character = snakeCase.charAt(at);
            if (character == '_') {
                upper = true;
            } else {
                text.append(upper ? Character.toUpperCase(character) : character);
                upper = false;
            }
        }
        return text.toString();
    }
}
