package io.nuncio.kernel.server;

import io.nuncio.kernel.log.LogSettings;
import io.nuncio.kernel.server.Options.DrainStrategy;
import io.nuncio.kernel.server.Options.EventLoop;
import io.nuncio.kernel.server.Options.Mode;
import io.nuncio.kernel.server.Options.Output;
import io.nuncio.kernel.server.Options.SigtermMode;
import io.nuncio.kernel.server.Options.StatsTag;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// Reads the command line. The options are described by code, not by annotations: reflection would
/// cost at every start.
public final class CommandLineParser {
    /// Options of Envoy that have no meaning here yet, each with what it is about.
    private static final Map<String, String> NOT_YET =
            Map.ofEntries(
                    Map.entry("--base-id", "hot restart"),
                    Map.entry("--use-dynamic-base-id", "hot restart"),
                    Map.entry("--base-id-path", "hot restart"),
                    Map.entry("--skip-hot-restart-on-no-parent", "hot restart"),
                    Map.entry("--skip-hot-restart-parent-stats", "hot restart"),
                    Map.entry("--restart-epoch", "hot restart"),
                    Map.entry("--hot-restart-version", "hot restart"),
                    Map.entry("--parent-shutdown-time-s", "hot restart"),
                    Map.entry("--socket-path", "hot restart"),
                    Map.entry("--socket-mode", "hot restart"),
                    Map.entry("--enable-mutex-tracing", "mutex tracing"),
                    Map.entry("--enable-fine-grain-logging", "fine-grain logging"),
                    Map.entry("--log-stacktrace-single-entry", "crash logs"),
                    Map.entry("--reject-unknown-dynamic-fields", "xDS"),
                    Map.entry("--ignore-unknown-dynamic-fields", "xDS"),
                    Map.entry("--local-address-ip-version", "the local address"),
                    Map.entry("--enable-core-dump", "core dumps"));

    /// Half of what may wait for a log file.
    private static final long MAX_FLUSH_MIN_SIZE_KB = 16 * 1024;

    private final CommandLine commandLine = new CommandLine(spec());

    /// What became of a command line.
    public sealed interface Result {
        record Parsed(Options options) implements Result {}

        /// Text to print before ending with success.
        record Print(String text) implements Result {}

        /// One sentence that says what is wrong.
        record Wrong(String message) implements Result {}
    }

    public Result parse(String... args) {
        for (String arg : args) {
            String name = arg.indexOf('=') < 0 ? arg : arg.substring(0, arg.indexOf('='));
            String about = NOT_YET.get(name);
            if (about != null) {
                return new Result.Wrong(
                        name
                                + " is an option of Envoy that Nuncio does not support yet ("
                                + about
                                + ")");
            }
        }
        try {
            ParseResult parsed = commandLine.parseArgs(args);
            if (parsed.hasMatchedOption("--help")) {
                return new Result.Print(commandLine.getUsageMessage());
            }
            if (parsed.hasMatchedOption("--version")) {
                return new Result.Print(Version.line() + System.lineSeparator());
            }
            return options(parsed);
        } catch (CommandLine.ParameterException e) {
            return new Result.Wrong(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("wrong options"));
        } catch (IllegalArgumentException e) {
            return new Result.Wrong(String.valueOf(e.getMessage()));
        }
    }

    private static Result options(ParseResult parsed) {
        Path config = parsed.matchedOptionValue("--config-path", null);
        String yaml = parsed.matchedOptionValue("--config-yaml", "");
        if (config == null && yaml.isEmpty()) {
            return new Result.Wrong(
                    "at least one of --config-path and --config-yaml is needed; try --help");
        }
        int concurrency =
                parsed.matchedOptionValue(
                        "--concurrency", Runtime.getRuntime().availableProcessors());
        if (concurrency < 0) {
            return new Result.Wrong(
                    "--concurrency: was " + concurrency + ", expected a whole number of 0 or more");
        }
        List<StatsTag> tags = new ArrayList<>();
        for (String tag : parsed.matchedOptionValue("--stats-tag", List.<String>of())) {
            int colon = tag.indexOf(':');
            if (colon <= 0 || colon == tag.length() - 1) {
                return new Result.Wrong("--stats-tag: was `" + tag + "`, expected name:value");
            }
            tags.add(new StatsTag(tag.substring(0, colon), tag.substring(colon + 1)));
        }
        String disabled = parsed.matchedOptionValue("--disable-extensions", "");
        return new Result.Parsed(
                new Options(
                        config,
                        yaml,
                        choice(parsed, "--mode", Mode.SERVE, Mode::valueOf),
                        choice(parsed, "--output", Output.TEXT, Output::valueOf),
                        Math.max(1, concurrency),
                        choice(parsed, "--event-loop", EventLoop.AUTO, EventLoop::valueOf),
                        parsed.matchedOptionValue("--admin-address-path", null),
                        new LogSettings(
                                LogSettings.parseLevel(
                                        parsed.matchedOptionValue("--log-level", "info")),
                                LogSettings.parseComponents(
                                        parsed.matchedOptionValue("--component-log-level", "")),
                                parsed.matchedOptionValue(
                                        "--log-format", LogSettings.DEFAULT_FORMAT),
                                parsed.hasMatchedOption("--log-format-escaped"),
                                parsed.matchedOptionValue("--log-path", null)),
                        parsed.matchedOptionValue("--service-cluster", ""),
                        parsed.matchedOptionValue("--service-node", ""),
                        parsed.matchedOptionValue("--service-zone", ""),
                        Duration.ofMillis(positive(parsed, "--file-flush-interval-msec", 10_000)),
                        flushMinSizeKb(parsed),
                        Duration.ofSeconds(positive(parsed, "--drain-time-s", 600)),
                        choice(
                                parsed,
                                "--drain-strategy",
                                DrainStrategy.GRADUAL,
                                DrainStrategy::valueOf),
                        choice(parsed, "--sigterm-mode", SigtermMode.DRAIN, SigtermMode::valueOf),
                        Duration.ofSeconds(positive(parsed, "--minimum-drain-time-s", 0)),
                        parsed.hasMatchedOption("--allow-unknown-static-fields"),
                        parsed.hasMatchedOption("--skip-deprecated-logs"),
                        disabled.isEmpty() ? List.of() : List.of(disabled.split(",")),
                        tags,
                        configureLimit(parsed),
                        parsed.matchedOptionValue("--bundle-path", null)));
    }

    private static Duration configureLimit(ParseResult parsed) {
        long seconds = positive(parsed, "--configure-limit-s", 10);
        if (seconds == 0) {
            throw new IllegalArgumentException(
                    "--configure-limit-s: was 0, expected a whole number of 1 or more");
        }
        return Duration.ofSeconds(seconds);
    }

    private static int flushMinSizeKb(ParseResult parsed) {
        long kilobytes = positive(parsed, "--file-flush-min-size-kb", 64);
        if (kilobytes > MAX_FLUSH_MIN_SIZE_KB) {
            throw new IllegalArgumentException(
                    "--file-flush-min-size-kb: was "
                            + kilobytes
                            + ", expected at most "
                            + MAX_FLUSH_MIN_SIZE_KB);
        }
        return (int) kilobytes;
    }

    private static long positive(ParseResult parsed, String option, long otherwise) {
        long value = parsed.matchedOptionValue(option, otherwise);
        if (value < 0) {
            throw new IllegalArgumentException(
                    option + ": was " + value + ", expected a whole number of 0 or more");
        }
        return value;
    }

    private static <E extends Enum<E>> E choice(
            ParseResult parsed, String option, E otherwise, Function<String, E> values) {
        @Nullable String text = parsed.matchedOptionValue(option, null);
        if (text == null) {
            return otherwise;
        }
        String wanted = text.toUpperCase(Locale.ROOT).replace('-', '_');
        for (E value : otherwise.getDeclaringClass().getEnumConstants()) {
            if (value.name().equals(wanted)) {
                return values.apply(wanted);
            }
        }
        List<String> known = new ArrayList<>();
        for (E value : otherwise.getDeclaringClass().getEnumConstants()) {
            known.add(value.name().toLowerCase(Locale.ROOT));
        }
        throw new IllegalArgumentException(
                option + ": was `" + text + "`, expected one of " + String.join(", ", known));
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("nuncio");
        spec.usageMessage()
                .description(
                        "An L4/L7 proxy that reads Envoy's configuration.",
                        "Other commands: nuncio demo, nuncio bundles.")
                .width(110)
                .sortOptions(false);
        add(
                spec,
                text(
                        "the bootstrap file: .yaml, .json, .pb or .pb_text",
                        Path.class,
                        "-c",
                        "--config-path"));
        add(spec, text("a bootstrap as text, merged over the file", String.class, "--config-yaml"));
        add(
                spec,
                text(
                        "serve (default), or validate: check the configuration and end",
                        String.class,
                        "--mode"));
        add(
                spec,
                text("text (default) or json: how problems are printed", String.class, "--output"));
        add(
                spec,
                text(
                        "workers; default: the processors that this process may use",
                        Integer.class,
                        "--concurrency"));
        add(
                spec,
                flag("workers by the CPU set of this process, as by default", "--cpuset-threads"));
        add(spec, text("auto (default), epoll, nio or io_uring", String.class, "--event-loop"));
        add(
                spec,
                text(
                        "where to write the admin server's address",
                        Path.class,
                        "--admin-address-path"));
        add(
                spec,
                text(
                        "trace, debug, info (default), warn, error, critical or off",
                        String.class,
                        "-l",
                        "--log-level"));
        add(
                spec,
                text(
                        "levels of single components: name:level,name:level",
                        String.class,
                        "--component-log-level"));
        add(spec, text("a file for the log; default: standard error", Path.class, "--log-path"));
        add(spec, text("the format of log lines, in Envoy's flags", String.class, "--log-format"));
        add(spec, flag("escape the messages of log lines", "--log-format-escaped"));
        add(spec, text("this proxy's node.cluster", String.class, "--service-cluster"));
        add(spec, text("this proxy's node.id", String.class, "--service-node"));
        add(spec, text("this proxy's node.locality.zone", String.class, "--service-zone"));
        add(
                spec,
                text(
                        "how often log files are flushed; default 10000",
                        Long.class,
                        "--file-flush-interval-msec"));
        add(
                spec,
                text(
                        "how much may wait for a log file before it is written; default 64",
                        Long.class,
                        "--file-flush-min-size-kb"));
        add(spec, text("how long draining may take; default 600", Long.class, "--drain-time-s"));
        add(spec, text("gradual (default) or immediate", String.class, "--drain-strategy"));
        add(
                spec,
                text(
                        "drain (default), or immediate as Envoy does",
                        String.class,
                        "--sigterm-mode"));
        add(
                spec,
                text(
                        "how long listeners stay open after SIGTERM at least; default 0",
                        Long.class,
                        "--minimum-drain-time-s"));
        add(
                spec,
                flag(
                        "warn of unknown fields in files instead of refusing them",
                        "--allow-unknown-static-fields",
                        "--allow-unknown-fields"));
        add(spec, flag("do not warn of deprecated fields", "--skip-deprecated-logs"));
        add(
                spec,
                text(
                        "category/name,... of extensions to leave out",
                        String.class,
                        "--disable-extensions"));
        add(
                spec,
                OptionSpec.builder("--stats-tag")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .arity("1")
                        .description("name:value, a tag of every statistic; repeatable")
                        .build());
        add(
                spec,
                text(
                        "how long an extension may take to read its configuration; default 10",
                        Long.class,
                        "--configure-limit-s"));
        add(
                spec,
                text(
                        "the folder of bundles; default: the distribution's",
                        Path.class,
                        "--bundle-path"));
        add(spec, flag("nothing: there is no hot restart yet", "--disable-hot-restart"));
        add(spec, flag("print the version and end", "--version"));
        add(spec, flag("print this and end", "-h", "--help"));
        return spec;
    }

    private static void add(CommandSpec spec, OptionSpec option) {
        spec.addOption(option);
    }

    private static OptionSpec text(String description, Class<?> type, String... names) {
        return OptionSpec.builder(names).type(type).arity("1").description(description).build();
    }

    private static OptionSpec flag(String description, String... names) {
        return OptionSpec.builder(names)
                .type(boolean.class)
                .arity("0")
                .description(description)
                .build();
    }
}
