package io.nuncio.kernel.config;

/// Something a person should know about a configuration, with the place to look at.
///
/// @param file the source as the user named it; empty if the message came from no file
/// @param line 1 or more, 0 where the place is not known
/// @param column 1 or more, 0 where the place is not known
/// @param path the field, such as `static_resources.clusters[0].name`; empty for the whole
/// @param message one sentence without a full stop, in backquotes what is quoted from the
///   configuration
/// @param severity an error refuses the configuration, a warning does not
public record ConfigProblem(
        String file, int line, int column, String path, String message, Severity severity) {
    /// How bad it is.
    public enum Severity {
        ERROR,
        WARNING
    }

    public boolean error() {
        return severity == Severity.ERROR;
    }

    /// `file:line:column: error: message` and the path on a line of its own.
    public String text() {
        StringBuilder text = new StringBuilder();
        if (!file.isEmpty()) {
            text.append(file);
            if (line > 0) {
                text.append(':').append(line).append(':').append(column);
            }
            text.append(": ");
        }
        text.append(error() ? "error: " : "warning: ").append(message);
        if (!path.isEmpty()) {
            text.append("\n    at ").append(path);
        }
        return text.toString();
    }
}
