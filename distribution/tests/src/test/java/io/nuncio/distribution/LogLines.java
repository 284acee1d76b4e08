package io.nuncio.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// The entries of a log file that is being written: what is whole of it.
final class LogLines {
    private static final long PATIENCE_SECONDS = 20;

    private LogLines() {}

    /// All lines that have their end; none if there is no file yet.
    static List<String> of(Path file) throws IOException {
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /// All lines, once there are as many.
    static List<String> await(Path file, int count) throws IOException, InterruptedException {
        return await(file, count + " entries", lines -> lines.size() >= count);
    }

    /// All lines, once they are so.
    ///
    /// @param what is missing if that does not come
    static List<String> await(Path file, String what, Predicate<List<String>> condition)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        List<String> lines = of(file);
        while (!condition.test(lines)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("expected " + what + ", was " + lines);
            }
            TimeUnit.MILLISECONDS.sleep(10);
            lines = of(file);
        }
        return lines;
    }
}
