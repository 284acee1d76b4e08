package io.nuncio.kernel.runtime;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;

import io.nuncio.spi.Problems;

import java.util.Map;
import java.util.TreeMap;

/// One layer as it was when a snapshot was made.
///
/// @param values by key
record RuntimeLayer(String name, Map<String, RuntimeEntry> values) {
    RuntimeLayer {
        values = Map.copyOf(values);
    }

    /// The layer that a configuration or a resource describes.
    ///
    /// @param problems each value that is none, by its key
    static RuntimeLayer of(String name, Struct fields, Problems problems) {
        Map<String, RuntimeEntry> values = new TreeMap<>();
        fields.getFieldsMap().forEach((key, value) -> collect(key, value, values, problems));
        return new RuntimeLayer(name, values);
    }

    private static void collect(
            String key, Value value, Map<String, RuntimeEntry> values, Problems problems) {
        if (value.hasStructValue() && !percent(value.getStructValue())) {
            value.getStructValue()
                    .getFieldsMap()
                    .forEach((name, below) -> collect(key + "." + name, below, values, problems));
            return;
        }
        RuntimeEntry entry = RuntimeEntry.of(value);
        if (entry == null) {
            problems.at(key)
                    .expected("a string, a number, true or false, or a fractional percent")
                    .found(value.hasListValue() ? "a list" : "null");
        } else {
            values.put(key, entry);
        }
    }

    /// An object with one of these fields is a value, any other is a folder of keys.
    private static boolean percent(Struct struct) {
        return struct.getFieldsCount() == 0
                || struct.containsFields(PercentText.NUMERATOR)
                || struct.containsFields(PercentText.DENOMINATOR);
    }
}
