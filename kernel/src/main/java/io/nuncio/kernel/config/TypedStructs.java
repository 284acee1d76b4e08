package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The two TypedStruct messages (of xds and of udpa), which carry the configuration of an extension
/// as a Struct.
public final class TypedStructs {
    private TypedStructs() {}

    /// True for `xds.type.v3.TypedStruct` and `udpa.type.v1.TypedStruct`.
    public static boolean isTypedStruct(Descriptor type) {
        return type.getName().equals("TypedStruct")
                && (type.getFullName().equals("xds.type.v3.TypedStruct")
                        || type.getFullName().equals("udpa.type.v1.TypedStruct"));
    }

    /// The type URL inside; empty if it has none.
    public static String typeUrl(Message typedStruct) {
        return (String)
                typedStruct.getField(
                        typedStruct.getDescriptorForType().findFieldByName("type_url"));
    }

    /// Binds a Struct to a message with the rules and messages of the loader, for configuration
    /// that came over xDS.
    ///
    /// @param problems where mistakes are reported, with paths inside the struct
    /// @return the message as far as it could be bound, of the prototype's class
    public static Message toMessage(
            Struct struct,
            Message prototype,
            MessageTypes types,
            ExtensionIndex index,
            Problems problems) {
        Binder.Report report =
                new Binder.Report() {
                    @Override
                    public void error(YamlNode at, FieldPath path, String message) {
                        problems.add(path.toString(), message);
                    }

                    @Override
                    public void warn(YamlNode at, FieldPath path, String message) {
                        problems.warn(path.toString(), message);
                    }

                    @Override
                    public void unknownField(YamlNode at, FieldPath path, String message) {
                        problems.add(path.toString(), message);
                    }
                };
        return bind(struct, prototype, types, new UnknownTypes(types, index), report);
    }

    /// The contents for a check, which has no use for mistakes that the binding reports elsewhere.
    static @Nullable Message contents(Message typedStruct, Message prototype, MessageTypes types) {
        Object value =
                typedStruct.getField(typedStruct.getDescriptorForType().findFieldByName("value"));
        Problems problems = new Problems();
        Message inner =
                toMessage(
                        struct((Message) value), prototype, types, NoExtensions.INSTANCE, problems);
        return problems.none() ? inner : null;
    }

    private static Struct struct(Message message) {
        if (message instanceof Struct struct) {
            return struct;
        }
        try {
            return Struct.parseFrom(message.toByteString());
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Message bind(
            Struct struct,
            Message prototype,
            MessageTypes types,
            UnknownTypes unknownTypes,
            Binder.Report report) {
        YamlNode root = node(struct);
        Message bound =
                new Binder(types, unknownTypes, report, new BoundContents(types), false, false, 0)
                        .bind(prototype.getDescriptorForType(), root, FieldPath.ROOT);
        try {
            return prototype.newBuilderForType().mergeFrom(bound.toByteString()).build();
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static YamlNode node(Struct struct) {
        List<YamlNode.Entry> entries = new ArrayList<>();
        for (Map.Entry<String, Value> field : struct.getFieldsMap().entrySet()) {
            entries.add(
                    new YamlNode.Entry(
                            new YamlNode.Scalar(field.getKey(), false, null, 0, 0),
                            node(field.getValue())));
        }
        return new YamlNode.Mapping(entries, 0, 0);
    }

    private static YamlNode node(ListValue list) {
        List<YamlNode> items = new ArrayList<>();
        for (Value item : list.getValuesList()) {
            items.add(node(item));
        }
        return new YamlNode.Sequence(items, 0, 0);
    }

    private static YamlNode node(Value value) {
        return switch (value.getKindCase()) {
            case STRUCT_VALUE -> node(value.getStructValue());
            case LIST_VALUE -> node(value.getListValue());
            case STRING_VALUE -> new YamlNode.Scalar(value.getStringValue(), false, null, 0, 0);
            case BOOL_VALUE ->
                    new YamlNode.Scalar(value.getBoolValue() ? "true" : "false", true, null, 0, 0);
            case NUMBER_VALUE ->
                    new YamlNode.Scalar(number(value.getNumberValue()), true, null, 0, 0);
            case NULL_VALUE, KIND_NOT_SET -> new YamlNode.Scalar("null", true, null, 0, 0);
        };
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.isNaN(value)
                ? ".nan"
                : Double.isInfinite(value)
                        ? (value > 0 ? ".inf" : "-.inf")
                        : Double.toString(value);
    }
}
