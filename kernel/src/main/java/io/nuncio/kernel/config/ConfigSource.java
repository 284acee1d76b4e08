package io.nuncio.kernel.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// One piece of configuration as it was given: a file, or the text of `--config-yaml`.
///
/// @param name what problems call it: the file as the user named it, or the option
/// @param content the bytes; treated as immutable
/// @param format how to read them
public record ConfigSource(String name, byte[] content, Format format) {
    /// How a source is written.
    public enum Format {
        YAML,
        JSON,
        /// A serialized message (`.pb`).
        BINARY,
        /// Protobuf's text format (`.pb_text`, `.textproto`).
        TEXT
    }

    /// Reads a file; its name's ending decides the format as in Envoy, and anything unknown is read
    /// as JSON or YAML.
    public static ConfigSource file(Path file) throws IOException {
        return new ConfigSource(file.toString(), Files.readAllBytes(file), format(file.toString()));
    }

    /// YAML (or JSON) text under a name of the caller's choice, such as `--config-yaml`.
    public static ConfigSource yaml(String name, String text) {
        return new ConfigSource(name, text.getBytes(StandardCharsets.UTF_8), Format.YAML);
    }

    private static Format format(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        if (name.endsWith(".pb")) {
            return Format.BINARY;
        }
        if (name.endsWith(".pb_text") || name.endsWith(".textproto")) {
            return Format.TEXT;
        }
        return name.endsWith(".json") ? Format.JSON : Format.YAML;
    }
}
