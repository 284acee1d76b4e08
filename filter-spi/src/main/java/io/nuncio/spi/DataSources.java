package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.DataSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Reads what a configuration gives in its own text, in a file or in an environment variable.
/// Thread: main.
public final class DataSources {
    private DataSources() {}

    /// The text, in UTF-8 where it is bytes.
    ///
    /// @param problems at the source; what cannot be read is reported there
    /// @return empty if it cannot be read
    public static String text(DataSource source, Problems problems) {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> source.getInlineString();
            case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
            case FILENAME -> file(source.getFilename(), problems);
            case ENVIRONMENT_VARIABLE -> variable(source.getEnvironmentVariable(), problems);
            case SPECIFIER_NOT_SET -> {
                problems.add(
                        "",
                        "names no source; expected one of inline_string, inline_bytes, filename,"
                                + " environment_variable");
                yield "";
            }
        };
    }

    /// The bytes, those of the text in UTF-8 where it is text.
    ///
    /// @param problems at the source; what cannot be read is reported there
    /// @return empty if it cannot be read
    public static byte[] bytes(DataSource source, Problems problems) {
        return switch (source.getSpecifierCase()) {
            case INLINE_BYTES -> source.getInlineBytes().toByteArray();
            case FILENAME -> fileBytes(source.getFilename(), problems);
            default -> text(source, problems).getBytes(StandardCharsets.UTF_8);
        };
    }

    private static String file(String name, Problems problems) {
        return new String(fileBytes(name, problems), StandardCharsets.UTF_8);
    }

    private static byte[] fileBytes(String name, Problems problems) {
        try {
            return Files.readAllBytes(Path.of(name));
        } catch (IOException | InvalidPathException failure) {
            problems.add("filename", "cannot read " + name + ": " + reason(failure));
            return new byte[0];
        }
    }

    private static String reason(Exception failure) {
        return switch (failure) {
            case NoSuchFileException _ -> "no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(failure.getMessage());
        };
    }

    private static String variable(String name, Problems problems) {
        String value = System.getenv(name);
        if (value == null) {
            problems.add("environment_variable", "the environment has no variable " + name);
            return "";
        }
        return value;
    }
}
