package io.nuncio.kernel.route.action;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// A response that stands in the configuration, or in a file or variable that it names.
public record DirectAnswer(int status, String body) implements RouteEntry.DirectResponse {
    /// Compiles Envoy's message; reads the file if the body is in one.
    ///
    /// @param maxBytes how long the body may be
    public static DirectAnswer of(DirectResponseAction config, long maxBytes, Problems problems) {
        return new DirectAnswer(
                config.getStatus(),
                config.hasBody() ? body(config.getBody(), maxBytes, problems.in("body")) : "");
    }

    @Override
    public @Nullable String location(RequestHeaders headers) {
        return null;
    }

    private static String body(DataSource source, long maxBytes, Problems problems) {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> {
                byte[] bytes = source.getInlineString().getBytes(StandardCharsets.UTF_8);
                yield text(bytes, maxBytes, problems, "inline_string");
            }
            case INLINE_BYTES ->
                    text(source.getInlineBytes().toByteArray(), maxBytes, problems, "inline_bytes");
            case FILENAME -> file(source.getFilename(), maxBytes, problems);
            case ENVIRONMENT_VARIABLE ->
                    variable(source.getEnvironmentVariable(), maxBytes, problems);
            case SPECIFIER_NOT_SET -> {
                problems.add(
                        "",
                        "names no source; expected one of inline_string, inline_bytes, filename,"
                                + " environment_variable");
                yield "";
            }
        };
    }

    private static String file(String name, long maxBytes, Problems problems) {
        try {
            Path path = Path.of(name);
            long size = Files.size(path);
            if (size > maxBytes) {
                problems.add(
                        "filename",
                        "file " + name + " size is " + size + " bytes; maximum is " + maxBytes);
                return "";
            }
            return text(Files.readAllBytes(path), maxBytes, problems, "filename");
        } catch (IOException | IllegalArgumentException failure) {
            problems.add("filename", "cannot read " + name + ": " + failure);
            return "";
        }
    }

    private static String variable(String name, long maxBytes, Problems problems) {
        String value = System.getenv(name);
        if (value == null) {
            problems.add("environment_variable", "the environment has no variable " + name);
            return "";
        }
        return text(
                value.getBytes(StandardCharsets.UTF_8), maxBytes, problems, "environment_variable");
    }

    private static String text(byte[] bytes, long maxBytes, Problems problems, String field) {
        if (bytes.length > maxBytes) {
            problems.add(
                    field,
                    "response body size is "
                            + bytes.length
                            + " bytes; maximum is "
                            + maxBytes
                            + " (max_direct_response_body_size_bytes of the route configuration)");
            return "";
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException binary) {
            problems.add(field, "is not text in UTF-8; other bodies are not supported yet");
            return "";
        }
    }
}
