package io.nuncio.kernel.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.LoggerContext;

import io.nuncio.kernel.log.LogControl.LoggerLevel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class LogControlTest {
    private final LoggerContext context = new LoggerContext();
    @TempDir private Path folder;

    @Test
    void theDefaultFormatHasTimeThreadLevelLoggerSourceAndMessage() {
        start(LogSettings.DEFAULT_FORMAT, false);
        logger("upstream").info("cluster {} added", "a");
        assertThat(log())
                .matches(
                        "\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}]\\[\\d+]\\[info]"
                                + "\\[upstream] \\[io/nuncio/kernel/log/LogControlTest\\.java:\\d+]"
                                + " cluster a added\n");
    }

    @Test
    void eachLoggerHasItsLevelAndTheRestTheCommonOne() {
        LogControl control = start("%l %n %v", false);
        control.setAll(LogLevel.WARNING);
        assertThat(control.set("http", LogLevel.DEBUG)).isTrue();
        logger("http").debug("heard");
        logger("http").trace("not heard");
        logger("upstream").info("not heard");
        logger("upstream").warn("heard");
        logger("org.library.Thing").info("not heard");
        logger("org.library.Thing").error("heard");
        assertThat(log())
                .isEqualTo(
                        "debug http heard\n"
                                + "warning upstream heard\n"
                                + "error org.library.Thing heard\n");
        assertThat(control.loggers())
                .contains(
                        new LoggerLevel("http", LogLevel.DEBUG),
                        new LoggerLevel("upstream", LogLevel.WARNING))
                .isSortedAccordingTo((a, b) -> a.name().compareTo(b.name()));
    }

    @Test
    void anUnknownLoggerIsNotSet() {
        LogControl control = start("%v", false);
        assertThat(control.set("nobody", LogLevel.DEBUG)).isFalse();
        assertThat(control.level("nobody")).isNull();
    }

    @Test
    void everyFlagThatDoesNotDependOnTheTimePrints() {
        start("%v|%_|%j|%n|%l|%L|%s|%!|%%|%q", false);
        logger("main").warn("a\t\"b\"\n");
        assertThat(log())
                .isEqualTo(
                        "a\t\"b\"\n"
                            + "|a\\t\\\"b\\\"\n"
                            + "|a\\t\\\"b\\\"\\n|main|warning|W|LogControlTest.java|everyFlagThatDoesNotDependOnTheTimePrints|%|%q\n");
    }

    @Test
    void aFlagMayBePaddedAndCut() {
        start("%8l|%-8l|%=8l|%3!n|", false);
        logger("upstream").info("");
        assertThat(log()).isEqualTo("    info|info    |  info  |ups|\n");
    }

    @Test
    void escapedLinesHaveNoBreaksInside() {
        start("%v", true);
        logger("main").info("one\ntwo\u0007");
        assertThat(log()).isEqualTo("one\\ntwo\\007\n");
    }

    @Test
    void whatWasThrownFollowsTheLine() {
        start("%v", false);
        logger("main").error("broken", new IllegalStateException("because"));
        assertThat(log())
                .startsWith("broken\njava.lang.IllegalStateException: because\n\tat ")
                .endsWith("\n");
    }

    @Test
    void reopeningFollowsARotation() throws IOException {
        LogControl control = start("%v", false);
        logger("main").info("before");
        Files.move(file(), folder.resolve("old"));
        control.reopen();
        logger("main").info("after");
        assertThat(log()).isEqualTo("after\n");
        assertThat(folder.resolve("old")).hasContent("before\n");
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed() {
        LogSettings settings =
                new LogSettings(LogLevel.INFO, Map.of(), "%v", false, folder.resolve("absent/log"));
        assertThatThrownBy(() -> LogControl.install(context, settings))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("cannot open log file " + folder.resolve("absent/log"));
    }

    @Test
    void levelsAndComponentsAreReadAsEnvoyReadsThem() {
        assertThat(LogSettings.parseLevel("warn")).isEqualTo(LogLevel.WARNING);
        assertThat(LogSettings.parseComponents("upstream:debug,connection:trace"))
                .isEqualTo(Map.of("upstream", LogLevel.DEBUG, "connection", LogLevel.TRACE));
        assertThat(LogSettings.parseComponents("")).isEmpty();
        assertThatThrownBy(() -> LogSettings.parseLevel("blah"))
                .hasMessageStartingWith("error: invalid log level specified 'blah'");
        assertThatThrownBy(() -> LogSettings.parseComponents("blah:debug"))
                .hasMessage("error: invalid component specified 'blah'");
        assertThatThrownBy(() -> LogSettings.parseComponents("upstream:foo:bar"))
                .hasMessage(
                        "error: component log level not correctly specified 'upstream:foo:bar'");
    }

    private LogControl start(String format, boolean escaped) {
        return LogControl.install(
                context, new LogSettings(LogLevel.INFO, Map.of(), format, escaped, file()));
    }

    private Logger logger(String name) {
        return context.getLogger(name);
    }

    private Path file() {
        return folder.resolve("log");
    }

    private String log() {
        try {
            return Files.readString(file());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
