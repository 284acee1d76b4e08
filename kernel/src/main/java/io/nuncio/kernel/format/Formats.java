package io.nuncio.kernel.format;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.FormatCommands;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Compiles formats. One per server; thread: main. What is wrong is reported to the problems that
/// are passed in, and the format returned then is not for use.
public final class Formats {
    private final Operators operators;
    private final FormatEnvironment environment;

    public Formats(FormatEnvironment environment) {
        this.environment = environment;
        operators = new Operators(environment);
    }

    /// A text format. An empty format is an empty line.
    ///
    /// @param problems of the field that holds the format
    public Format text(
            String format,
            boolean omitEmptyValues,
            List<FormatCommands> extensions,
            Problems problems) {
        try {
            List<Piece> pieces = new FormatParser(operators, extensions).parse(format);
            return new CompiledFormat.Text(pieces.toArray(Piece[]::new), omitEmptyValues);
        } catch (InvalidFormat wrong) {
            problems.add("", String.valueOf(wrong.getMessage()));
            return new CompiledFormat.Text(new Piece[0], omitEmptyValues);
        }
    }

    /// A text format without extensions, `-` for absent values.
    public Format text(String format, Problems problems) {
        return text(format, false, List.of(), problems);
    }

    /// A JSON format: one line per entry.
    ///
    /// @param problems of the field that holds the format
    public Format json(
            Struct format,
            boolean omitEmptyValues,
            List<FormatCommands> extensions,
            Problems problems) {
        return new JsonFormatParser(new FormatParser(operators, extensions))
                .parse(format, omitEmptyValues, problems);
    }

    /// A JSON format without extensions.
    public Format json(Struct format, boolean omitEmptyValues, Problems problems) {
        return json(format, omitEmptyValues, List.of(), problems);
    }

    /// Envoy's message for either, with the formatter extensions that it names.
    ///
    /// @param context of the extension whose field holds the message
    public Format compile(SubstitutionFormatString message, FactoryContext context, String field) {
        List<FormatCommands> commands = new ArrayList<>();
        for (int index = 0; index < message.getFormattersCount(); index++) {
            FormatCommands compiled =
                    context.platform()
                            .extensions()
                            .compile(
                                    Category.FORMATTER,
                                    message.getFormatters(index),
                                    FormatCommands.class,
                                    context,
                                    field + ".formatters[" + index + "]");
            if (compiled != null) {
                commands.add(compiled);
            }
        }
        return compile(message, commands, context.problems().in(field));
    }

    Format compile(
            SubstitutionFormatString message, List<FormatCommands> commands, Problems problems) {
        boolean omit = message.getOmitEmptyValues();
        return switch (message.getFormatCase()) {
            case TEXT_FORMAT ->
                    text(message.getTextFormat(), omit, commands, problems.in("text_format"));
            case JSON_FORMAT ->
                    json(message.getJsonFormat(), omit, commands, problems.in("json_format"));
            case TEXT_FORMAT_SOURCE -> {
                Problems at = problems.in("text_format_source");
                yield text(read(message.getTextFormatSource(), at), omit, commands, at);
            }
            case FORMAT_NOT_SET -> {
                problems.add("", "one of text_format_source, json_format, text_format is required");
                yield text("", problems);
            }
        };
    }

    private String read(DataSource source, Problems problems) {
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> source.getInlineString();
            case INLINE_BYTES -> source.getInlineBytes().toStringUtf8();
            case FILENAME -> file(source.getFilename(), problems);
            case ENVIRONMENT_VARIABLE -> variable(source.getEnvironmentVariable(), problems);
            case SPECIFIER_NOT_SET -> "";
        };
    }

    private static String file(String name, Problems problems) {
        try {
            return Files.readString(Path.of(name), StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException failure) {
            problems.add("filename", "cannot read " + name + ": " + reason(failure));
            return "";
        }
    }

    private static String reason(Exception failure) {
        return switch (failure) {
            case java.nio.file.NoSuchFileException _ -> "no such file";
            case java.nio.file.AccessDeniedException _ -> "permission denied";
            default -> String.valueOf(failure.getMessage());
        };
    }

    private String variable(String name, Problems problems) {
        Function<String, @Nullable String> variables = environment.environment();
        String value = variables.apply(name);
        if (value == null) {
            problems.add("environment_variable", "environment variable " + name + " is not set");
            return "";
        }
        return value;
    }
}
