package io.nuncio.kernel.runtime;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.Problems;

import java.util.HashMap;
import java.util.Map;

/// One layer's values by their whole key. Immutable.
record RuntimeLayer(String name, Map<String, RuntimeEntry> entries) {
    RuntimeLayer {
        entries = Map.copyOf(entries);
    }

    /// Reads a struct whose levels are the parts of the keys; a struct with a numerator or a
    /// denominator is a value.
    static RuntimeLayer of(String name, Struct values, Problems problems) {
        Map<String, RuntimeEntry> entries = new HashMap<>();
        values.getFieldsMap().forEach((key, value) -> collect(key, value, entries, problems));
        return new RuntimeLayer(name, entries);
    }

    private static void collect(
            String key, Value value, Map<String, RuntimeEntry> entries, Problems problems) {
        switch (value.getKindCase()) {
            case STRUCT_VALUE -> {
                Map<String, Value> fields = value.getStructValue().getFieldsMap();
                if (fields.isEmpty()
                        || fields.containsKey("numerator")
                        || fields.containsKey("denominator")) {
                    entries.put(key, RuntimeEntry.of(value));
                } else {
                    fields.forEach(
                            (field, below) -> collect(key + "." + field, below, entries, problems));
                }
            }
            case STRING_VALUE, NUMBER_VALUE, BOOL_VALUE -> entries.put(key, RuntimeEntry.of(value));
            case LIST_VALUE, NULL_VALUE, KIND_NOT_SET ->
                    problems.add("", "invalid runtime entry value for " + key);
        }
    }
}
