import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A dated report under `docs/reports/`: the table and how it was obtained in Markdown, every round
/// in JSON.
final class Report {
    private final Settings settings;
    private final Campaign campaign;

    Report(Settings settings, Campaign campaign) {
        this.settings = settings;
        this.campaign = campaign;
    }

    void write() throws IOException, InterruptedException {
        Path folder = Files.createDirectories(settings.root().resolve("docs/reports"));
        String name = LocalDate.now() + "-benchmarks";
        Path markdown = Files.writeString(folder.resolve(name + ".md"), markdown());
        Files.writeString(folder.resolve(name + ".json"), json());
        System.out.println("wrote " + settings.root().relativize(markdown) + " and .json");
    }

    private String markdown() throws IOException, InterruptedException {
        var text = new StringBuilder();
        text.append("# Benchmarks of ").append(LocalDate.now()).append("\n\n");
        text.append(
                """
                `benchmarks/run --rounds %d --seconds %d --warm %d`; medians of the rounds. Each proxy has one worker on core %d, load
                generator and upstream share core %d. CPU is user and system time of the proxy's whole process tree; the ratio is the
                median over the rounds of Nuncio's figure to the better peer's in the same round (p99 where the rate is fixed).
                Memory is what is resident after the round.

                """
                        .formatted(
                                settings.rounds(),
                                settings.seconds(),
                                settings.warmSeconds(),
                                settings.proxyCore(),
                                settings.loadCore()));
        text.append(Table.markdown(campaign.figures())).append('\n');
        for (Profile profile : campaign.figures().keySet()) {
            text.append("- ").append(profile.text()).append(": ").append(profile.title());
            text.append('\n');
        }
        if (!campaign.remarks().isEmpty()) {
            text.append("\nRemarks:\n\n");
            campaign.remarks().forEach(remark -> text.append("- ").append(remark).append('\n'));
        }
        text.append("\nOn:\n\n");
        for (String fact : facts()) {
            text.append("- ").append(fact).append('\n');
        }
        return text.toString();
    }

    private List<String> facts() throws IOException, InterruptedException {
        var facts = new ArrayList<String>();
        Files.readString(Path.of("/proc/cpuinfo"))
                .lines()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .ifPresent(line ->
                        facts.add(
                                line.replaceFirst(".*:\\s*", "")
                                        + ", "
                                        + Runtime.getRuntime().availableProcessors()
                                        + " cores, Linux "
                                        + System.getProperty("os.version")));
        facts.add(
                "Nuncio at commit "
                        + first("git", "-C", settings.root().toString(), "rev-parse", "HEAD"));
        facts.add("JDK " + Runtime.version());
        facts.add(first("nginx", "-v"));
        facts.add(first("haproxy", "-v").replaceFirst(" - http.*", ""));
        facts.add(first("wrk", "-v").replaceFirst(" Copyright.*", ""));
        facts.add(first("h2load", "--version"));
        return facts;
    }

    private static String first(String... command) throws IOException, InterruptedException {
        return Commands.output(List.of(command)).lines().findFirst().orElse("").strip();
    }

    private String json() {
        var profiles = new ArrayList<String>();
        campaign.figures()
                .forEach((profile, figures) -> {
                    var proxies = new ArrayList<String>();
                    figures.rounds()
                            .forEach((proxy, rounds) ->
                                    proxies.add(
                                            "\"%s\": [%s]"
                                                    .formatted(
                                                            proxy,
                                                            String.join(
                                                                    ",",
                                                                    rounds.stream()
                                                                            .map(Report::json)
                                                                            .toList()))));
                    profiles.add(
                            "  \"%s\": {%n    %s%n  }"
                                    .formatted(profile.text(), String.join(",\n    ", proxies)));
                });
        return "{\n" + String.join(",\n", profiles) + "\n}\n";
    }

    private static String json(Round round) {
        Sample sample = round.sample();
        Map<String, Number> fields =
                Map.of(
                        "cpu_micros", round.cpuMicros(),
                        "completed", sample.completed(),
                        "requests_per_second", sample.requestsPerSecond(),
                        "p50_micros", sample.p50Micros(),
                        "p99_micros", sample.p99Micros(),
                        "resident_bytes", round.residentBytes());
        return fields.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(field ->
                        String.format(Locale.ROOT, "\"%s\": %s", field.getKey(), field.getValue()))
                .toList()
                .toString()
                .replace('[', '{')
                .replace(']', '}');
    }
}
