package io.nuncio.kernel.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;

/// Writes problems for programs: what `--output json` prints.
public final class ProblemsJson {
    private ProblemsJson() {}

    /// An array with `file`, `line`, `column`, `path`, `message` and `severity` (`error` or
    /// `warning`) of each problem.
    public static String of(List<ConfigProblem> problems) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            json.writeStartArray();
            for (ConfigProblem problem : problems) {
                json.writeStartObject();
                json.writeStringField("file", problem.file());
                json.writeNumberField("line", problem.line());
                json.writeNumberField("column", problem.column());
                json.writeStringField("path", problem.path());
                json.writeStringField("message", problem.message());
                json.writeStringField(
                        "severity", problem.severity().name().toLowerCase(Locale.ROOT));
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }
}
