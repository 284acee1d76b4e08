import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// A process and all that it started, as `/proc` tells of them.
record ProcessTree(ProcessHandle root) {
    /// Linux counts CPU time in hundredths of a second, whatever its timer does.
    private static final long MICROS_PER_TICK = 10_000;

    private static final int USER = 11;
    private static final int SYSTEM_OF_ENDED_CHILDREN = 14;

    /// User and system time so far, that of ended children included.
    long cpuMicros() {
        return all().mapToLong(ProcessTree::ticks).sum() * MICROS_PER_TICK;
    }

    /// Resident memory; pages that two processes share count twice.
    long residentBytes() {
        return all().mapToLong(ProcessTree::resident).sum();
    }

    private Stream<ProcessHandle> all() {
        return Stream.concat(Stream.of(root), root.descendants());
    }

    private static long ticks(ProcessHandle process) {
        String stat = read(process, "stat");
        // The name in brackets may contain anything; the fields are counted behind it.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
        long ticks = 0;
        for (int field = USER;
                field <= SYSTEM_OF_ENDED_CHILDREN && field < fields.length;
                field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks;
    }

    private static long resident(ProcessHandle process) {
        return read(process, "status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .sum();
    }

    /// A file of a process; empty when the process has ended meanwhile.
    private static String read(ProcessHandle process, String file) {
        try {
            Path path = Path.of("/proc", Long.toString(process.pid()), file);
            return Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException ended) {
            return "";
        }
    }
}
