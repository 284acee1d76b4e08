package io.nuncio.kernel.extension;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;

import io.nuncio.kernel.config.ExtensionIndex;
import io.nuncio.kernel.config.MessageTypes;
import io.nuncio.kernel.config.TypedStructs;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

/// Makes of a typed configuration what a factory takes: its message, or its record.
///
/// A `TypedStruct` or plain `Struct` is bound to either, with the loader's rules; nothing, or
/// `google.protobuf.Empty`, is the message or record with all its defaults.
final class ConfigBinding {
    private static final String XDS_TYPED_STRUCT = "xds.type.v3.TypedStruct";
    private static final String UDPA_TYPED_STRUCT = "udpa.type.v1.TypedStruct";
    private static final String STRUCT = "google.protobuf.Struct";
    private static final String EMPTY = "google.protobuf.Empty";

    private final MessageTypes types;
    private final ExtensionIndex index;

    ConfigBinding(MessageTypes types, ExtensionIndex index) {
        this.types = types;
        this.index = index;
    }

    /// What selects an extension: the name inside a TypedStruct, else the Any's own; empty if only
    /// the extension's name can.
    static String selector(Any config) {
        String type = MessageTypes.nameOf(config.getTypeUrl());
        return switch (type) {
            case XDS_TYPED_STRUCT, UDPA_TYPED_STRUCT -> {
                try {
                    yield MessageTypes.nameOf(typedStruct(config).getTypeUrl());
                } catch (InvalidProtocolBufferException damaged) {
                    yield "";
                }
            }
            case STRUCT, EMPTY -> "";
            default -> type;
        };
    }

    /// @param wanted a record class or a message class; null or [Message] itself for whatever
    ///   message it is
    /// @return null if it does not fit, which is reported
    @Nullable Object bind(Any config, @Nullable Class<?> wanted, Problems problems) {
        try {
            String type = MessageTypes.nameOf(config.getTypeUrl());
            Struct struct =
                    switch (type) {
                        case XDS_TYPED_STRUCT, UDPA_TYPED_STRUCT -> typedStruct(config).getValue();
                        case STRUCT -> Struct.parseFrom(config.getValue());
                        case "", EMPTY -> Struct.getDefaultInstance();
                        default -> null;
                    };
            if (wanted != null && wanted.isRecord()) {
                if (struct == null) {
                    problems.at("").expected("a TypedStruct").found(type);
                    return null;
                }
                return RecordBinding.bind(struct, wanted, problems);
            }
            Message prototype = prototype(wanted, selector(config), problems);
            if (prototype == null) {
                return null;
            }
            String expected = prototype.getDescriptorForType().getFullName();
            if (type.equals(expected)) {
                return prototype.getParserForType().parseFrom(config.getValue());
            }
            if (struct == null) {
                problems.at("").expected(expected).found(type);
                return null;
            }
            int before = problems.all().size();
            Message message = TypedStructs.toMessage(struct, prototype, types, index, problems);
            return problems.all().stream().skip(before).allMatch(Problems.Problem::warning)
                    ? message
                    : null;
        } catch (InvalidProtocolBufferException damaged) {
            problems.add("", "is not a serialized message of its type: " + damaged.getMessage());
            return null;
        }
    }

    private @Nullable Message prototype(
            @Nullable Class<?> wanted, String selector, Problems problems) {
        if (wanted != null && wanted != Message.class && Message.class.isAssignableFrom(wanted)) {
            return BundleLoader.defaultInstance(wanted.asSubclass(Message.class));
        }
        Message found = types.find(selector);
        if (found == null) {
            problems.add("", "unknown type `" + selector + "`");
        }
        return found;
    }

    /// Both TypedStruct messages have the same fields under the same numbers.
    private static com.github.xds.type.v3.TypedStruct typedStruct(Any config)
            throws InvalidProtocolBufferException {
        return com.github.xds.type.v3.TypedStruct.parseFrom(config.getValue());
    }
}
