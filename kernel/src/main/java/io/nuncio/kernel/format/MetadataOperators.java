package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.REQUIRED;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/// Operators that read metadata and filter state.
final class MetadataOperators {
    private MetadataOperators() {}

    static void addTo(Operators operators) {
        add(operators, "DYNAMIC_METADATA", StreamInfo::metadata);
        add(operators, "UPSTREAM_METADATA", MetadataOperators::hostMetadata);
        operators.add("FILTER_STATE", REQUIRED, true, MetadataOperators::filterState);
    }

    private static void add(
            Operators operators,
            String name,
            BiFunction<StreamInfo, String, @Nullable Struct> source) {
        operators.add(
                name,
                REQUIRED,
                true,
                (argument, maxLength) -> {
                    List<String> path = List.of(argument.split(":", -1));
                    List<String> keys = path.subList(1, path.size());
                    return new Pieces.Typed(
                            context -> at(source.apply(context.info(), path.getFirst()), keys),
                            false,
                            maxLength);
                });
    }

    private static @Nullable Struct hostMetadata(StreamInfo info, String namespace) {
        UpstreamInfo upstream = info.upstream();
        Metadata metadata = upstream == null ? null : upstream.host().metadata();
        return metadata == null ? null : metadata.getFilterMetadataMap().get(namespace);
    }

    private static @Nullable Value at(@Nullable Struct struct, List<String> keys) {
        if (struct == null) {
            return null;
        }
        Value value = Value.newBuilder().setStructValue(struct).build();
        for (String key : keys) {
            if (!value.hasStructValue()) {
                return null;
            }
            Value next = value.getStructValue().getFieldsMap().get(key);
            if (next == null) {
                return null;
            }
            value = next;
        }
        return value;
    }

    private static Piece filterState(String argument, int maxLength) throws InvalidFormat {
        String[] parts = argument.split(":", 3);
        String key = parts[0];
        String form = parts.length > 1 && !parts[1].isEmpty() ? parts[1] : "TYPED";
        String field = parts.length > 2 ? parts[2] : "";
        if (key.isEmpty()) {
            throw new InvalidFormat("Invalid filter state configuration, key cannot be empty.");
        }
        if (!form.equals("PLAIN") && !form.equals("TYPED") && !form.equals("FIELD")) {
            throw new InvalidFormat(
                    "Invalid filter state serialize type, only support PLAIN/TYPED/FIELD.");
        }
        if (form.equals("FIELD") == field.isEmpty()) {
            throw new InvalidFormat(
                    "Invalid filter state serialize type, FIELD should be used with the field"
                            + " name.");
        }
        return switch (form) {
            case "PLAIN" -> new Pieces.Text(context -> plain(context, key), maxLength);
            case "FIELD" -> new Pieces.Text(context -> field(context, key, field), maxLength);
            default -> new Pieces.Typed(context -> typed(context, key), true, maxLength);
        };
    }

    private static @Nullable String plain(FormatContext context, String key) {
        Object state = context.info().filterState(key);
        return state == null ? null : state.toString();
    }

    private static @Nullable String field(FormatContext context, String key, String field) {
        return switch (context.info().filterState(key)) {
            case Map<?, ?> map -> map.get(field) == null ? null : map.get(field).toString();
            case Struct struct -> {
                Value value = struct.getFieldsMap().get(field);
                yield value == null || !value.hasStringValue() ? null : value.getStringValue();
            }
            case null, default -> null;
        };
    }

    private static @Nullable Value typed(FormatContext context, String key) {
        return switch (context.info().filterState(key)) {
            case null -> null;
            case Value value -> value;
            case Struct struct -> Value.newBuilder().setStructValue(struct).build();
            case String text -> Value.newBuilder().setStringValue(text).build();
            case Number number -> Value.newBuilder().setNumberValue(number.doubleValue()).build();
            case Boolean bool -> Value.newBuilder().setBoolValue(bool).build();
            case Message message -> json(message);
            default -> null;
        };
    }

    private static @Nullable Value json(Message message) {
        try {
            Value.Builder value = Value.newBuilder();
            JsonFormat.parser().merge(JsonFormat.printer().print(message), value);
            return value.build();
        } catch (InvalidProtocolBufferException _) {
            return null; // an Any of a type that nobody here knows
        }
    }
}
