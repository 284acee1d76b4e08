package io.nuncio.kernel.format;

import static io.nuncio.kernel.format.Operators.Argument.REQUIRED;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import io.nuncio.spi.Address;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.function.BiFunction;

/// Operators that read what filters share: the stream's filter state, and that of its upstream
/// side.
final class FilterStateOperators {
    private FilterStateOperators() {}

    static void addTo(Operators operators) {
        add(operators, "FILTER_STATE", StreamInfo::filterState);
        add(operators, "UPSTREAM_FILTER_STATE", FilterStateOperators::ofUpstream);
        operators.add(
                "PER_REQUEST_STATE",
                REQUIRED,
                false,
                (key, _) -> piece(StreamInfo::filterState, key + ":PLAIN", -1));
    }

    private static void add(
            Operators operators,
            String name,
            BiFunction<StreamInfo, String, @Nullable Object> source) {
        operators.add(
                name, REQUIRED, true, (argument, maxLength) -> piece(source, argument, maxLength));
    }

    private static @Nullable Object ofUpstream(StreamInfo info, String key) {
        UpstreamInfo upstream = info.upstream();
        return upstream == null ? null : upstream.filterState(key);
    }

    private static Piece piece(
            BiFunction<StreamInfo, String, @Nullable Object> source, String argument, int maxLength)
            throws InvalidFormat {
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
            case "PLAIN" ->
                    new Pieces.Text(context -> plain(source.apply(context.info(), key)), maxLength);
            case "FIELD" ->
                    new Pieces.Text(
                            context -> field(source.apply(context.info(), key), field), maxLength);
            default ->
                    new Pieces.Typed(
                            context -> typed(source.apply(context.info(), key)), true, maxLength);
        };
    }

    private static @Nullable String plain(@Nullable Object state) {
        return state instanceof Message message ? json(message) : FilterStateObject.textOf(state);
    }

    private static @Nullable String field(@Nullable Object state, String name) {
        Object value =
                switch (state) {
                    case FilterStateObject object -> object.field(name);
                    case Address.Ip address -> field(address, name);
                    case Map<?, ?> map -> map.get(name);
                    case Struct struct -> field(struct.getFieldsMap().get(name));
                    case null, default -> null;
                };
        return value == null ? null : value.toString();
    }

    private static @Nullable Object field(Address.Ip address, String name) {
        return switch (name) {
            case "ip" -> address.host();
            case "port" -> address.port();
            default -> null;
        };
    }

    private static @Nullable Object field(@Nullable Value value) {
        return value != null && value.hasStringValue() ? value.getStringValue() : null;
    }

    private static @Nullable Value typed(@Nullable Object state) {
        return switch (state) {
            case Value value -> value;
            case Struct struct -> Value.newBuilder().setStructValue(struct).build();
            case FilterStateObject object -> {
                Message message = object.message();
                yield message == null ? null : typed(message);
            }
            case String text -> Value.newBuilder().setStringValue(text).build();
            case Number number -> Value.newBuilder().setNumberValue(number.doubleValue()).build();
            case Boolean bool -> Value.newBuilder().setBoolValue(bool).build();
            case Message message -> value(message);
            case null, default -> null;
        };
    }

    private static @Nullable Value value(Message message) {
        String text = json(message);
        if (text == null) {
            return null;
        }
        try {
            Value.Builder value = Value.newBuilder();
            JsonFormat.parser().merge(text, value);
            return value.build();
        } catch (InvalidProtocolBufferException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static @Nullable String json(Message message) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(message);
        } catch (InvalidProtocolBufferException | IllegalArgumentException _) {
            return null; // an Any of a type that nobody here knows, a duration out of range
        }
    }
}
