package io.nuncio.kernel.compile;

import com.google.protobuf.Any;

/// Names the places of a configuration as the loader does.
final class Places {
    private Places() {}

    /// The path of what an Any contains, given where the Any or the message around it stands:
    /// `filters[0].typed_config<HttpConnectionManager>`.
    static String typedConfig(String field, Any config) {
        String url = config.getTypeUrl();
        String type = url.substring(Math.max(url.lastIndexOf('.'), url.lastIndexOf('/')) + 1);
        if (type.isEmpty()) {
            return field;
        }
        String inner = "<" + type + ">";
        if (field.isEmpty() || field.endsWith("typed_config")) {
            return field + inner;
        }
        return field + ".typed_config" + inner;
    }
}
