package io.nuncio.kernel.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;

import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The levels and the destination of the application log. One per process, since SLF4J is; any
/// thread.
public final class LogControl {
    private final LoggerContext context;
    private final LineAppender appender;
    private final Map<String, LogLevel> levels = new HashMap<>();

    /// A logger with its level.
    public record LoggerLevel(String name, LogLevel level) {}

    private LogControl(LoggerContext context, LineAppender appender) {
        this.context = context;
        this.appender = appender;
    }

    /// Puts the settings in force.
    ///
    /// @throws java.io.UncheckedIOException if the file cannot be opened
    public static LogControl start(LogSettings settings) {
        return install((LoggerContext) LoggerFactory.getILoggerFactory(), settings);
    }

    static LogControl install(LoggerContext context, LogSettings settings) {
        LogLine line = new LogLine(settings.format(), settings.escaped(), ZoneId.systemDefault());
        LineAppender appender = new LineAppender(line, settings.file());
        appender.setContext(context);
        appender.start();
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.detachAndStopAllAppenders();
        root.addAppender(appender);
        LogControl control = new LogControl(context, appender);
        control.setAll(settings.level());
        settings.components().forEach(control::set);
        return control;
    }

    /// All loggers in the order of their names.
    public List<LoggerLevel> loggers() {
        List<LoggerLevel> all = new ArrayList<>();
        synchronized (levels) {
            for (String name : LoggerNames.ALL) {
                all.add(new LoggerLevel(name, levels.getOrDefault(name, LogLevel.INFO)));
            }
        }
        return all;
    }

    public void setAll(LogLevel level) {
        LoggerNames.ALL.forEach(name -> set(name, level));
    }

    /// Sets the level of one logger.
    ///
    /// @return false if there is no logger of that name
    public boolean set(String name, LogLevel level) {
        if (!LoggerNames.ALL.contains(name)) {
            return false;
        }
        synchronized (levels) {
            levels.put(name, level);
        }
        context.getLogger(name).setLevel(level.logback());
        if (name.equals(LoggerNames.OTHERS)) {
            setOthers(level.logback());
        }
        return true;
    }

    /// The level of a logger, null if there is none of that name.
    public @Nullable LogLevel level(String name) {
        synchronized (levels) {
            return LoggerNames.ALL.contains(name) ? levels.get(name) : null;
        }
    }

    /// Opens the log file again by its path; nothing happens if the log goes to standard error.
    ///
    /// @throws java.io.UncheckedIOException if it cannot be opened; the old file stays in use
    public void reopen() {
        appender.reopen();
    }

    /// Netty speaks at `debug` about every class it loads: it is heard at `trace` only.
    private void setOthers(Level level) {
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        context.getLogger("io.netty").setLevel(level.equals(Level.DEBUG) ? Level.INFO : level);
    }
}
