package io.nuncio.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;

import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.util.List;
import java.util.Map;

/// Messages from YAML, as a configuration would have them.
public final class YamlMessages {
    private YamlMessages() {}

    /// @param prototype the message's default instance
    @SuppressWarnings("unchecked")
    public static <M extends Message> M of(M prototype, String yaml) {
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        Message.Builder builder = prototype.newBuilderForType();
        try {
            JsonFormat.parser().merge(JsonFormat.printer().print(value(tree)), builder);
        } catch (InvalidProtocolBufferException wrong) {
            throw new IllegalArgumentException(wrong.getMessage() + " in:\n" + yaml, wrong);
        }
        return (M) builder.build();
    }

    private static Value value(@Nullable Object node) {
        Value.Builder value = Value.newBuilder();
        switch (node) {
            case null -> value.setNullValue(NullValue.NULL_VALUE);
            case Map<?, ?> map -> {
                Struct.Builder struct = value.getStructValueBuilder();
                map.forEach((key, below) -> struct.putFields(String.valueOf(key), value(below)));
            }
            case List<?> list -> {
                ListValue.Builder values = value.getListValueBuilder();
                list.forEach(below -> values.addValues(value(below)));
            }
            case Boolean flag -> value.setBoolValue(flag);
            case Number number -> value.setNumberValue(number.doubleValue());
            default -> value.setStringValue(node.toString());
        }
        return value.build();
    }
}
