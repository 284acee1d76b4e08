import java.util.Locale;
import java.util.Map;

/// Figures as text: one line per round while it runs, a Markdown table at the end.
final class Table {
    private static final double BYTES_PER_MEGABYTE = 1e6;
    private static final double MICROS_PER_MILLI = 1000;

    private Table() {}

    static String line(Profile profile, String proxy, Round round) {
        Sample sample = round.sample();
        return String.format(
                Locale.ROOT,
                "%-9s %-8s %7.2f us/request %9.0f requests/s  p50 %6.2f ms  p99 %6.2f ms  %4.0f MB",
                profile.text(),
                proxy,
                round.cpuPerRequest(),
                sample.requestsPerSecond(),
                sample.p50Micros() / MICROS_PER_MILLI,
                sample.p99Micros() / MICROS_PER_MILLI,
                round.residentBytes() / BYTES_PER_MEGABYTE);
    }

    /// Medians of the rounds; the ratio is the median of the rounds' ratios to the better peer.
    static String markdown(Map<Profile, Figures> all) {
        var text = new StringBuilder();
        text.append(
                "| work | proxy | CPU µs/request | requests/s | p50 ms | p99 ms | MB | ratio |\n");
        text.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
        all.forEach((profile, figures) -> {
            for (String proxy : figures.rounds().keySet()) {
                text.append(row(profile, figures, proxy));
            }
        });
        return text.toString();
    }

    private static String row(Profile profile, Figures figures, String proxy) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %.2f | %.0f | %.2f | %.2f | %.0f | %s |%n",
                profile.text(),
                proxy,
                figures.median(proxy, Round::cpuPerRequest),
                figures.median(proxy, round -> round.sample().requestsPerSecond()),
                figures.median(proxy, round -> round.sample().p50Micros()) / MICROS_PER_MILLI,
                figures.median(proxy, round -> round.sample().p99Micros()) / MICROS_PER_MILLI,
                figures.median(proxy, Round::residentBytes) / BYTES_PER_MEGABYTE,
                proxy.equals("nuncio") ? ratio(profile, figures) : "");
    }

    private static String ratio(Profile profile, Figures figures) {
        String what = profile == Profile.RATE ? "p99 " : "";
        return figures.ratio("nuncio")
                .map(ratio ->
                        String.format(
                                Locale.ROOT,
                                "%s%.2f of %s",
                                what,
                                ratio,
                                figures.betterPeer("nuncio").orElseThrow()))
                .orElse("");
    }
}
