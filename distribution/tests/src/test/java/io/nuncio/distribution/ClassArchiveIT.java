package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The class archive that makes later starts faster: made by a training start, of exactly the jars
/// that are there.
class ClassArchiveIT {
    @TempDir private Path folder;
    private Path home;

    @BeforeEach
    void copyTheDistribution() throws IOException {
        home = folder.resolve("nuncio");
        for (String part : List.of("bin", "lib", "bundles", "examples")) {
            try (Stream<Path> files = Files.walk(Distribution.HOME.resolve(part))) {
                for (Path file : files.toList()) {
                    Path copy = home.resolve(Distribution.HOME.relativize(file));
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    @Test
    void isMadeByTheFirstStartAndAgainWhenAJarChanges() throws Exception {
        validate("auto");
        Path first = awaitArchive(null);

        assertThat(classesFromTheArchive()).isGreaterThan(1000);

        Files.setLastModifiedTime(
                home.resolve("lib/nuncio.jar"),
                FileTime.from(Instant.parse("2026-02-03T04:05:06Z")));
        validate("auto");
        assertThat(awaitArchive(first)).isNotEqualTo(first);
        assertThat(archives()).hasSize(1);
    }

    @Test
    void isLeftToTheStartThatMakesItAlready() throws Exception {
        Path training = Files.createDirectories(home.resolve("var/training"));
        validate("auto");

        assertThat(home.resolve("var")).isDirectoryNotContaining("glob:**/training?*");
        assertThat(archives()).isEmpty();

        Files.setLastModifiedTime(
                training, FileTime.from(Instant.now().minus(Duration.ofMinutes(15))));
        validate("auto");
        assertThat(awaitArchive(null)).isReadable();
    }

    @Test
    void isLeftOnRequest() throws Exception {
        validate("off");

        assertThat(home.resolve("var/training.log")).doesNotExist();
        assertThat(archives()).isEmpty();
    }

    private String validate(String archive, String... options) throws Exception {
        var builder =
                new ProcessBuilder(
                        home.resolve("bin/nuncio").toString(),
                        "--mode",
                        "validate",
                        "-c",
                        home.resolve("lib/warm.yaml").toString());
        builder.environment().put("NUNCIO_CLASS_ARCHIVE", archive);
        builder.environment().put("NUNCIO_JAVA_OPTIONS", String.join(" ", options));
        Distribution.Finished finished = Distribution.finish(builder);
        assertThat(finished.exitCode()).as(finished.output()).isZero();
        return finished.output();
    }

    private long classesFromTheArchive() throws Exception {
        Path log = folder.resolve("classes.log");
        validate("off", "-Xlog:class+load:file=" + log);
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.endsWith("source: shared objects file (top)")).count();
        }
    }

    private List<Path> archives() throws IOException {
        if (!Files.isDirectory(home.resolve("var"))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(home.resolve("var"))) {
            return files.filter(file -> file.getFileName().toString().matches("classes-.*\\.jsa"))
                    .toList();
        }
    }

    /// Waits for one that is another than `before`.
    private Path awaitArchive(Path before) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (System.nanoTime() < deadline) {
            List<Path> found = archives();
            if (found.size() == 1 && !found.getFirst().equals(before)) {
                return found.getFirst();
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("no class archive: " + archives());
    }
}
