package io.nuncio.kernel.log;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// How the application log is written.
///
/// @param level `--log-level`
/// @param components `--component-log-level`: loggers with a level of their own
/// @param format `--log-format`
/// @param escaped `--log-format-escaped`: line breaks and the like inside a line are escaped
/// @param file `--log-path`, null for standard error
public record LogSettings(
        LogLevel level,
        Map<String, LogLevel> components,
        String format,
        boolean escaped,
        @Nullable Path file) {
    public static final String DEFAULT_FORMAT = "[%Y-%m-%d %T.%e][%t][%l][%n] [%g:%#] %v";

    /// Envoy's defaults: `info` and more, to standard error.
    public static final LogSettings DEFAULT =
            new LogSettings(LogLevel.INFO, Map.of(), DEFAULT_FORMAT, false, null);

    public LogSettings {
        components = Map.copyOf(components);
    }

    /// Reads `--log-level`.
    ///
    /// @throws IllegalArgumentException with Envoy's message
    public static LogLevel parseLevel(String text) {
        LogLevel level = LogLevel.parse(text);
        if (level == null) {
            throw new IllegalArgumentException(
                    "error: invalid log level specified '"
                            + text
                            + "', expected one of trace, debug, info, warning, error, critical,"
                            + " off");
        }
        return level;
    }

    /// Reads `--component-log-level`, such as `upstream:debug,connection:trace`.
    ///
    /// @throws IllegalArgumentException with Envoy's message
    public static Map<String, LogLevel> parseComponents(String text) {
        Map<String, LogLevel> components = new LinkedHashMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(",")) {
            String[] parts = pair.split(":", -1);
            if (parts.length != 2) {
                throw new IllegalArgumentException(
                        "error: component log level not correctly specified '" + pair + "'");
            }
            LogLevel level = parseLevel(parts[1]);
            if (!LoggerNames.ALL.contains(parts[0])) {
                throw new IllegalArgumentException(
                        "error: invalid component specified '" + parts[0] + "'");
            }
            components.put(parts[0], level);
        }
        return components;
    }
}
