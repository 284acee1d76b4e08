package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The runtime keys that a bootstrap's static layers set to true, as far as they allow deprecated
/// fields.
final class RuntimeKeys {
    private static final String ALL = "envoy.features.enable_all_deprecated_features";

    private final Set<String> allowed;

    private RuntimeKeys(Set<String> allowed) {
        this.allowed = allowed;
    }

    /// The keys of a bootstrap; none for any other message.
    static RuntimeKeys of(Message bootstrap) {
        Set<String> allowed = new HashSet<>();
        if (child(bootstrap, "layered_runtime") instanceof Message runtime
                && child(runtime, "layers") instanceof List<?> layers) {
            for (Object layer : layers) {
                if (child((Message) layer, "static_layer") instanceof Struct keys) {
                    collect("", keys, allowed);
                }
            }
        }
        return new RuntimeKeys(allowed);
    }

    private static @Nullable Object child(Message message, String name) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByName(name);
        if (field == null || (!field.isRepeated() && !message.hasField(field))) {
            return null;
        }
        return message.getField(field);
    }

    private static void collect(String prefix, Struct keys, Set<String> allowed) {
        for (Map.Entry<String, Value> key : keys.getFieldsMap().entrySet()) {
            String name = prefix + key.getKey();
            Value value = key.getValue();
            if (value.hasStructValue()) {
                collect(name + ".", value.getStructValue(), allowed);
            } else if (value.getBoolValue() || value.getStringValue().equals("true")) {
                allowed.add(name);
            }
        }
    }

    /// True if a key allows what the message of a finding names.
    boolean allows(String finding) {
        return allowed.contains(ALL)
                || allowed.stream().anyMatch(key -> finding.contains("`" + key + "`"));
    }
}
