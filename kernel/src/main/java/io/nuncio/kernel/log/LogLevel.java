package io.nuncio.kernel.log;

import ch.qos.logback.classic.Level;

import org.jspecify.annotations.Nullable;

/// Envoy's levels; the order is from the most to the least.
public enum LogLevel {
    TRACE("trace", Level.TRACE),
    DEBUG("debug", Level.DEBUG),
    INFO("info", Level.INFO),
    WARNING("warning", Level.WARN),
    ERROR("error", Level.ERROR),
    /// Nothing is logged at this level: setting it silences a logger as [#OFF] does.
    CRITICAL("critical", Level.OFF),
    OFF("off", Level.OFF);

    private final String text;
    private final Level logback;

    LogLevel(String text, Level logback) {
        this.text = text;
        this.logback = logback;
    }

    /// Envoy's name of a level, or `warn`.
    ///
    /// @return null if there is no such level
    public static @Nullable LogLevel parse(String text) {
        for (LogLevel level : values()) {
            if (level.text.equals(text)) {
                return level;
            }
        }
        return text.equals("warn") ? WARNING : null;
    }

    static LogLevel of(Level level) {
        return switch (level.toInt()) {
            case Level.TRACE_INT -> TRACE;
            case Level.DEBUG_INT -> DEBUG;
            case Level.INFO_INT -> INFO;
            case Level.WARN_INT -> WARNING;
            default -> ERROR;
        };
    }

    Level logback() {
        return logback;
    }

    /// As it stands in a line when the format says `%L`.
    char letter() {
        return switch (this) {
            case WARNING -> 'W';
            default -> Character.toUpperCase(text.charAt(0));
        };
    }

    /// Envoy's name.
    @Override
    public String toString() {
        return text;
    }
}
