package io.nuncio.kernel.config;

import com.google.protobuf.Descriptors.FieldDescriptor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which fields of Envoy's API take an extension, and of which category: the `extension-category`
/// notes of its sources.
///
/// The table `extension-points.txt` is computed from the API's jar by this class's test. Immutable.
public final class ExtensionPoints {
    private final Map<String, List<String>> categories = new HashMap<>();

    public ExtensionPoints() {
        String text = Resources.text("extension-points.txt");
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf('\n', start);
            int space = text.indexOf(' ', start);
            if (text.charAt(start) != '#' && space > start && space < end) {
                categories.put(
                        text.substring(start, space),
                        List.of(text.substring(space + 1, end).split(",")));
            }
            start = end + 1;
        }
    }

    /// Envoy's names of the categories; empty for a field that takes no extension.
    public List<String> categories(FieldDescriptor field) {
        return categories.getOrDefault(field.getFullName(), List.of());
    }
}
