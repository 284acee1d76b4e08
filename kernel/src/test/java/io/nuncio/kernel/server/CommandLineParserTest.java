package io.nuncio.kernel.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.log.LogLevel;
import io.nuncio.kernel.log.LogSettings;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class CommandLineParserTest {
    private static CommandLineParser.Result parse(String... arguments) {
        return new CommandLineParser().parse(arguments);
    }

    private static Options options(String... arguments) {
        return ((CommandLineParser.Result.Parsed) parse(arguments)).options();
    }

    @Test
    void theDefaultsAreEnvoys() {
        assertThat(options("-c", "a.yaml"))
                .isEqualTo(
                        new Options(
                                Path.of("a.yaml"),
                                "",
                                Options.Mode.SERVE,
                                Options.Output.TEXT,
                                Runtime.getRuntime().availableProcessors(),
                                Options.EventLoop.AUTO,
                                null,
                                LogSettings.DEFAULT,
                                "",
                                "",
                                "",
                                Duration.ofSeconds(10),
                                64,
                                Duration.ofSeconds(600),
                                Options.DrainStrategy.GRADUAL,
                                Options.SigtermMode.DRAIN,
                                Duration.ZERO,
                                false,
                                false,
                                List.of(),
                                List.of(),
                                Duration.ofSeconds(10),
                                null));
    }

    @Test
    void everyOptionIsRead() {
        String line =
                """
                --config-path a.yaml --config-yaml {} --mode validate --output json
                --concurrency 3 --event-loop nio --admin-address-path admin
                --log-level debug --component-log-level http:trace --log-format %v
                --log-format-escaped --log-path log --service-cluster c --service-node n
                --service-zone z --file-flush-interval-msec 5 --file-flush-min-size-kb 7
                --drain-time-s 9 --drain-strategy immediate --sigterm-mode immediate
                --minimum-drain-time-s 2 --allow-unknown-static-fields --skip-deprecated-logs
                --disable-extensions a/b,c/d --stats-tag k:v --stats-tag l:w --bundle-path bundles
                --configure-limit-s 3
                --cpuset-threads --disable-hot-restart
                """;
        assertThat(options(line.strip().split("\\s+")))
                .isEqualTo(
                        new Options(
                                Path.of("a.yaml"),
                                "{}",
                                Options.Mode.VALIDATE,
                                Options.Output.JSON,
                                3,
                                Options.EventLoop.NIO,
                                Path.of("admin"),
                                new LogSettings(
                                        LogLevel.DEBUG,
                                        Map.of("http", LogLevel.TRACE),
                                        "%v",
                                        true,
                                        Path.of("log")),
                                "c",
                                "n",
                                "z",
                                Duration.ofMillis(5),
                                7,
                                Duration.ofSeconds(9),
                                Options.DrainStrategy.IMMEDIATE,
                                Options.SigtermMode.IMMEDIATE,
                                Duration.ofSeconds(2),
                                true,
                                true,
                                List.of("a/b", "c/d"),
                                List.of(
                                        new Options.StatsTag("k", "v"),
                                        new Options.StatsTag("l", "w")),
                                Duration.ofSeconds(3),
                                Path.of("bundles")));
    }

    @Test
    void olderAndShorterNamesAreTheSameOptions() {
        assertThat(options("-c", "a.yaml", "-l", "off", "--allow-unknown-fields"))
                .isEqualTo(
                        options(
                                "--config-path",
                                "a.yaml",
                                "--log-level",
                                "off",
                                "--allow-unknown-static-fields"));
    }

    @Test
    void someOptionsChangeNothing() {
        assertThat(options("-c", "a.yaml", "--cpuset-threads", "--disable-hot-restart"))
                .isEqualTo(options("-c", "a.yaml"));
    }

    @ParameterizedTest
    @CsvSource({"--version, nuncio", "--help, Usage: nuncio", "-h, Usage: nuncio"})
    void questionsAreAnswered(String option, String start) {
        assertThat(((CommandLineParser.Result.Print) parse(option)).text()).startsWith(start);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--concurrency -1 | --concurrency: was -1, expected a whole number of 0 or more",
                "--mode fast | --mode: was `fast`, expected one of serve, validate",
                "--stats-tag a | --stats-tag: was `a`, expected name:value",
                "--drain-time-s -1 | --drain-time-s: was -1, expected a whole number of 0 or more",
                "--file-flush-min-size-kb 99999 | --file-flush-min-size-kb: was 99999, expected at"
                        + " most 16384"
            })
    void aWrongValueIsOneSentence(String line, String message) {
        assertThat(parse(("-c a.yaml " + line).split(" ")))
                .isEqualTo(new CommandLineParser.Result.Wrong(message));
    }
}
