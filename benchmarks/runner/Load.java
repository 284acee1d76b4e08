import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Starts load generators, pinned, and reads what they say.
final class Load {
    private static final Pattern DURATION = Pattern.compile("([\\d.]+)(us|ms|s|m)");

    private final Settings settings;
    private final Path temporary;

    Load(Settings settings, Path temporary) {
        this.settings = settings;
        this.temporary = temporary;
    }

    /// @param rate requests per second, for the generator with a fixed one
    Sample run(Profile profile, int port, int seconds, int warmSeconds, int rate)
            throws IOException, InterruptedException {
        String url = profile.scheme() + "://127.0.0.1:" + port + profile.path();
        String connections = Integer.toString(profile.connections());
        return switch (profile.generator()) {
            case WRK -> wrk(output(wrkCommand(connections, seconds), List.of(url)));
            case WRK_POST ->
                    wrk(
                            output(
                                    wrkCommand(connections, seconds),
                                    List.of(
                                            "-s",
                                            settings.home().resolve("conf/post.lua").toString(),
                                            url)));
            case H2LOAD -> h2load(connections, url, seconds);
            case FIXED_RATE ->
                    fixedRate(
                            output(
                                    List.of(
                                            Path.of(System.getProperty("java.home"), "bin/java")
                                                    .toString(),
                                            "-XX:+UseSerialGC",
                                            "-Xms64m",
                                            "-Xmx256m",
                                            settings.home()
                                                    .resolve("runner/FixedRate.java")
                                                    .toString()),
                                    List.of(
                                            Integer.toString(port),
                                            profile.path(),
                                            connections,
                                            Integer.toString(rate),
                                            Integer.toString(warmSeconds),
                                            Integer.toString(seconds))));
        };
    }

    private static List<String> wrkCommand(String connections, int seconds) {
        return List.of("wrk", "-t1", "-c" + connections, "-d" + seconds + "s", "--latency");
    }

    private Sample h2load(String connections, String url, int seconds)
            throws IOException, InterruptedException {
        Path log = temporary.resolve("h2load.log");
        Files.deleteIfExists(log);
        String output =
                output(
                        List.of("h2load", "-c" + connections, "-m32", "-D" + seconds),
                        List.of("--log-file=" + log, url));
        long[] micros = new long[0];
        if (Files.exists(log)) {
            try (Stream<String> lines = Files.lines(log)) {
                micros =
                        lines.mapToLong(line ->
                                        Long.parseLong(line.substring(line.lastIndexOf('\t') + 1)))
                                .toArray();
            }
        }
        return h2load(output, micros);
    }

    /// @param micros the time to each answer, as its log file has it
    static Sample h2load(String output, long[] micros) {
        long done = (long) number(output, "requests: .*?(\\d+) done");
        long good = (long) number(output, "status codes: (\\d+) 2xx");
        long failed = (long) number(output, "(\\d+) failed");
        String trouble =
                good >= done && failed == 0 // a last answer may have begun and not ended
                        ? ""
                        : Math.max(0, done - good) + " not 2xx, " + failed + " failed";
        Arrays.sort(micros);
        return new Sample(
                good,
                number(output, "finished in .*?([\\d.]+) req/s"),
                percentile(micros, 50),
                percentile(micros, 99),
                trouble);
    }

    static Sample wrk(String output) {
        Matcher trouble =
                Pattern.compile("Socket errors:.*|Non-2xx or 3xx responses:.*").matcher(output);
        var all = new ArrayList<String>();
        while (trouble.find()) {
            all.add(trouble.group());
        }
        return new Sample(
                (long) number(output, "(\\d+) requests in"),
                number(output, "Requests/sec:\\s+([\\d.]+)"),
                duration(find(output, "\\s50%\\s+(\\S+)")),
                duration(find(output, "\\s99%\\s+(\\S+)")),
                String.join(" ", all));
    }

    static Sample fixedRate(String output) {
        return new Sample(
                (long) number(output, "completed (\\d+)"),
                number(output, "rate ([\\d.]+)"),
                (long) number(output, "p50 (\\d+)"),
                (long) number(output, "p99 (\\d+)"),
                output.lines().filter(line -> line.startsWith("trouble: ")).findFirst().orElse(""));
    }

    static long percentile(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(int) ((sorted.length - 1L) * percent / 100)];
    }

    /// A time as wrk writes it, in microseconds.
    static long duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalStateException("not a time: " + text);
        }
        double unit =
                switch (matcher.group(2)) {
                    case "us" -> 1;
                    case "ms" -> 1_000;
                    case "s" -> 1_000_000;
                    default -> 60_000_000;
                };
        return Math.round(Double.parseDouble(matcher.group(1)) * unit);
    }

    private static double number(String output, String pattern) {
        return Double.parseDouble(find(output, pattern));
    }

    private static String find(String output, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        if (!matcher.find()) {
            throw new IllegalStateException("no `" + pattern + "` in:\n" + output);
        }
        return matcher.group(1);
    }

    private String output(List<String> command, List<String> more)
            throws IOException, InterruptedException {
        var all = new ArrayList<>(Commands.pinned(settings.loadCore()));
        all.addAll(command);
        all.addAll(more);
        return Commands.output(all);
    }
}
