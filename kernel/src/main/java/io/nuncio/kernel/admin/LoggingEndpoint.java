package io.nuncio.kernel.admin;

import io.nuncio.kernel.log.LogControl;
import io.nuncio.kernel.log.LogLevel;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.LinkedHashMap;
import java.util.Map;

/// `/logging`: shows the levels of all loggers, after changing one, some or all of them.
final class LoggingEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger("admin");

    private final LogControl logs;

    LoggingEndpoint(LogControl logs) {
        this.logs = logs;
    }

    AdminEndpoint endpoint() {
        return new AdminEndpoint(
                "/logging",
                "query/change logging levels",
                true,
                java.util.List.of(
                        AdminEndpoint.Parameter.text(
                                "paths",
                                "Change multiple logging levels by setting to"
                                    + " <logger_name1>:<desired_level1>,<logger_name2>:<desired_level2>."
                                    + " If fine grain logging is enabled, use __FILE__ or a glob"
                                    + " experision as the logger name. For example,"
                                    + " source/common*:warning"),
                        AdminEndpoint.Parameter.choice(
                                "level",
                                "desired logging level, this will change all loggers's level",
                                "",
                                "trace",
                                "debug",
                                "info",
                                "warning",
                                "error",
                                "critical",
                                "off")),
                this::handle);
    }

    private AdminResponse handle(AdminRequest request) {
        // An empty `level` or `paths` is what the form on the home page sends for 'leave it'.
        Map<String, String> changes = new LinkedHashMap<>(request.parameterMap());
        changes.values().removeIf(String::isEmpty);
        String problem = changes.isEmpty() ? null : change(changes);
        StringBuilder text = new StringBuilder();
        if (problem != null) {
            text.append("error: ").append(problem).append("\n\n");
            text.append("usage: /logging?<name>=<level> (change single level)\n");
            text.append(
                    "usage: /logging?paths=name1:level1,name2:level2,... (change multiple"
                            + " levels)\n");
            text.append("usage: /logging?level=<level> (change all levels)\n");
            text.append("levels: ");
            for (LogLevel level : LogLevel.values()) {
                text.append(level).append(' ');
            }
            text.append('\n');
        }
        text.append("active loggers:\n");
        for (LogControl.LoggerLevel logger : logs.loggers()) {
            text.append("  ")
                    .append(logger.name())
                    .append(": ")
                    .append(logger.level())
                    .append('\n');
        }
        text.append('\n');
        return AdminResponse.text(problem == null ? 200 : 400, text.toString());
    }

    /// @return what is wrong with the request, null if all was changed
    private @Nullable String change(Map<String, String> changes) {
        if (changes.size() != 1) {
            return "invalid number of parameters";
        }
        var change = changes.entrySet().iterator().next();
        if (change.getKey().equals("level")) {
            LogLevel level = LogLevel.parse(change.getValue());
            if (level == null) {
                return "unknown logger level";
            }
            LOG.info("change all log levels: level='{}'", level);
            logs.setAll(level);
            return null;
        }
        Map<String, LogLevel> levels = new LinkedHashMap<>();
        String problem =
                change.getKey().equals("paths")
                        ? readPairs(change.getValue(), levels)
                        : read(change.getKey(), change.getValue(), levels);
        if (problem == null && levels.keySet().stream().anyMatch(n -> logs.level(n) == null)) {
            problem = "unknown logger name";
        }
        if (problem == null) {
            levels.forEach((name, level) -> {
                LOG.info("change log level: name='{}' level='{}'", name, level);
                logs.set(name, level);
            });
        }
        return problem;
    }

    private static @Nullable String readPairs(String text, Map<String, LogLevel> levels) {
        for (String pair : text.split(",")) {
            if (pair.isBlank()) {
                continue;
            }
            int colon = pair.indexOf(':');
            String name = colon < 0 ? pair : pair.substring(0, colon);
            String level = colon < 0 ? "" : pair.substring(colon + 1);
            if (name.isBlank() || level.isBlank()) {
                return "empty logger name or empty logger level";
            }
            String problem = read(name, level, levels);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String read(String name, String text, Map<String, LogLevel> levels) {
        LogLevel level = LogLevel.parse(text);
        if (level == null) {
            return "unknown logger level";
        }
        levels.put(name, level);
        return null;
    }
}
