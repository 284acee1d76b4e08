package io.nuncio.kernel.config;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;

import org.jspecify.annotations.Nullable;

import java.util.Set;

/// Binds what carries its own type: `google.protobuf.Any`, and the value of a TypedStruct.
final class AnyBinder {
    private final Binder binder;
    private final MessageTypes types;
    private final UnknownTypes unknownTypes;
    private final Binder.Report report;
    private final BoundContents contents;
    private final TreeBounds bounds;

    /// @param contents receives what is inside each Any and TypedStruct
    AnyBinder(
            Binder binder,
            MessageTypes types,
            UnknownTypes unknownTypes,
            Binder.Report report,
            BoundContents contents,
            TreeBounds bounds) {
        this.binder = binder;
        this.types = types;
        this.unknownTypes = unknownTypes;
        this.report = report;
        this.contents = contents;
        this.bounds = bounds;
    }

    @Nullable Any any(YamlNode node, FieldPath path, int depth) {
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
                    value == null
                                    || ScalarBinder.isNull(value)
                                            && !name.equals("google.protobuf.Value")
                            ? prototype
                            : bounds.exceeded(value, path, depth)
                                    ? null
                                    : binder.messageValue(type, value, innerPath, depth + 1);
        } else {
            DynamicMessage fields = binder.message(type, node, innerPath, depth, Set.of("@type"));
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
            case Binder.ANY,
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
    @Nullable DynamicMessage typedStructOr(
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
                    binder.message(
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
}
