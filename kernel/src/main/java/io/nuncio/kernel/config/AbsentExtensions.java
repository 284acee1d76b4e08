package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Names that are Envoy's but not part of the API that Nuncio has: extensions of Envoy's contrib
/// build, and extensions younger than the API's version. Read only when a name was not found.
final class AbsentExtensions {
    /// @param where `contrib` or `newer`
    /// @param name the extension's name, or `-`
    /// @param types a message's full name, or a package that ends with a dot
    private record Row(String where, String name, String types) {
        boolean covers(String nameOrType) {
            return name.equals(nameOrType)
                    || types.equals(nameOrType)
                    || (types.endsWith(".") && nameOrType.startsWith(types));
        }
    }

    private @Nullable List<Row> rows;

    /// A sentence about the type or name, or null if it is not in the table.
    @Nullable String message(String nameOrType) {
        for (Row row : rows()) {
            if (row.covers(nameOrType)) {
                return row.where().equals("contrib")
                        ? "`"
                                + nameOrType
                                + "` belongs to Envoy's contrib extensions, which Nuncio does not"
                                + " provide"
                        : "`" + nameOrType + "` is newer than Envoy 1.34, whose API Nuncio has";
            }
        }
        return null;
    }

    private List<Row> rows() {
        List<Row> loaded = rows;
        if (loaded == null) {
            loaded = new ArrayList<>();
            for (String line : Resources.text("absent-extensions.txt").lines().toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    String[] words = line.split("\\s+");
                    loaded.add(new Row(words[0], words[1], words[2]));
                }
            }
            rows = loaded;
        }
        return loaded;
    }
}
