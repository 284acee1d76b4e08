package io.nuncio.kernel.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The tables of supported fields in the source tree.
final class ModuleTables {
    /// The name of the kernel's table.
    static final String KERNEL = "kernel";

    private ModuleTables() {}

    /// The tables of the kernel and the shipped bundles, by the name of the module's folder.
    static Map<String, FieldTable> read(Path root) throws IOException {
        Map<String, FieldTable> tables = new TreeMap<>();
        tables.put(KERNEL, ConfigLoader.kernelFields());
        for (String folder : List.of("builtin-filters", "bundles")) {
            try (Stream<Path> modules = Files.list(root.resolve(folder))) {
                for (Path module : modules.toList()) {
                    Path table = module.resolve("src/main/resources/" + FieldTable.RESOURCE);
                    if (Files.exists(table)) {
                        String name = module.getFileName().toString();
                        tables.put(name, FieldTable.parse(Files.readString(table), name));
                    }
                }
            }
        }
        return tables;
    }
}
