package io.nuncio.distribution.flow;

import io.nuncio.distribution.Distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/// What was measured, for a dated report of the long run.
final class FlowReport {
    private static final long SHORT_RUN = 64;

    /// How much the slow readers get together.
    static final long MEGABYTES = Long.getLong("nuncio.flow.megabytes", SHORT_RUN);

    private static final double BYTES_PER_MIB = 1024 * 1024;

    private final List<String> rows = new CopyOnWriteArrayList<>();

    void add(FlowPair pair, String what, int streams, int limit, long peak) {
        rows.add(
                String.format(
                        Locale.ROOT,
                        "| %s | %s | %d | %d KiB | %.1f MiB | %.1f MiB |",
                        pair.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        what,
                        streams,
                        limit / 1024,
                        peak / BYTES_PER_MIB,
                        2L * limit * streams / BYTES_PER_MIB));
    }

    /// Writes `docs/reports/DATE-flow.md`, after a long run only.
    void write() throws IOException {
        if (MEGABYTES == SHORT_RUN) {
            return;
        }
        Path folder = Files.createDirectories(Distribution.ROOT.resolve("docs/reports"));
        Files.writeString(
                folder.resolve(LocalDate.now() + "-flow.md"),
                """
                # What the proxy holds when one side is slow, %s

                `FlowIT` with %d MiB in each direction: the most that heap (after a collection) and buffers outside the heap had grown
                since the proxy was ready, beside what is allowed, twice the buffer limit per stream.

                | protocols | who is slow | streams | limit | peak | allowed |
                | --- | --- | --- | --- | --- | --- |
                %s
                """
                        .formatted(LocalDate.now(), MEGABYTES, String.join("\n", rows)));
    }
}
