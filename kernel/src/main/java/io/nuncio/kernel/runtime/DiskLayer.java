package io.nuncio.kernel.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads a folder of runtime values: each folder is a part of a key, each file its last part, and
/// the file's content the value. Lines that begin with `#` are comments.
final class DiskLayer {
    private static final int MAX_DEPTH = 16;
    private static final long MAX_FILE_BYTES = 64 * 1024;

    private DiskLayer() {}

    /// @throws IOException if anything cannot be read; the message says what and why
    static RuntimeLayer read(String name, Path folder) throws IOException {
        Map<String, RuntimeEntry> values = new TreeMap<>();
        walk(folder, "", 1, values);
        return new RuntimeLayer(name, values);
    }

    private static void walk(
            Path folder, String prefix, int depth, Map<String, RuntimeEntry> values)
            throws IOException {
        if (depth > MAX_DEPTH) {
            throw new IOException(folder + " is nested more than " + MAX_DEPTH + " folders deep");
        }
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        }
        for (Path entry : entries) {
            String key = prefix.isEmpty() ? last(entry) : prefix + "." + last(entry);
            if (Files.isDirectory(entry)) {
                walk(entry, key, depth + 1, values);
            } else if (Files.isRegularFile(entry)) {
                if (Files.size(entry) > MAX_FILE_BYTES) {
                    throw new IOException(entry + " has more than " + MAX_FILE_BYTES + " bytes");
                }
                values.put(key, RuntimeEntry.ofText(value(Files.readAllBytes(entry))));
            }
        }
    }

    private static String last(Path path) {
        return path.getFileName().toString();
    }

    private static String value(byte[] content) {
        StringBuilder value = new StringBuilder();
        for (String line : new String(content, StandardCharsets.UTF_8).split("\n", -1)) {
            if (!line.isEmpty() && !line.startsWith("#")) {
                value.append(value.isEmpty() ? "" : "\n").append(line);
            }
        }
        return value.toString().stripTrailing();
    }
}
