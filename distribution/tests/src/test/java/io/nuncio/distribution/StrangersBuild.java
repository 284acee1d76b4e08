package io.nuncio.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;

/// Builds an example bundle as its author would: a copy of its folder alone, a Maven repository
/// that has the artifacts of a release, no network.
final class StrangersBuild {
    private static final Path REPOSITORY = Path.of(System.getProperty("maven.repository"));

    private final Path folder;
    private final String example;

    /// @param folder an empty one, to work in
    /// @param example its folder under `distribution/examples`
    StrangersBuild(Path folder, String example) {
        this.folder = folder;
        this.example = example;
    }

    /// @return the jar
    Path build() throws IOException, InterruptedException {
        Path project = folder.resolve(example);
        copyTree(Distribution.ROOT.resolve("distribution/examples").resolve(example), project);
        Path local = folder.resolve("repository");
        release(local, "nuncio", "pom.xml", ".pom");
        release(local, "filter-parent", "filter-spi/parent/pom.xml", ".pom");
        release(local, "filter-spi", "filter-spi/pom.xml", ".pom");
        release(
                local,
                "filter-spi",
                "filter-spi/target/filter-spi-" + Distribution.VERSION + ".jar",
                ".jar");
        Path settings =
                Files.writeString(
                        folder.resolve("settings.xml"),
                        "<settings><mirrors><mirror><id>disk</id><mirrorOf>*</mirrorOf><url>"
                                + REPOSITORY.toUri()
                                + "</url></mirror></mirrors></settings>");
        var maven =
                new ProcessBuilder(
                        System.getProperty("maven.command"),
                        "-q",
                        "-B",
                        "-s",
                        settings.toString(),
                        "-Dmaven.repo.local=" + local,
                        "package");
        Distribution.Finished finished = Distribution.finish(maven.directory(project.toFile()));
        if (finished.exitCode() != 0) {
            throw new IllegalStateException("the stranger's build failed:\n" + finished.output());
        }
        return project.resolve("target/" + example + "-1.0.0.jar");
    }

    private static void release(Path repository, String artifact, String source, String ending)
            throws IOException {
        Path target =
                repository.resolve(
                        "io/nuncio/"
                                + artifact
                                + "/"
                                + Distribution.VERSION
                                + "/"
                                + artifact
                                + "-"
                                + Distribution.VERSION
                                + ending);
        Files.createDirectories(target.getParent());
        Files.copy(Distribution.ROOT.resolve(source), target, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                if (Files.isRegularFile(file) && !from.relativize(file).startsWith("target")) {
                    Path copy = to.resolve(from.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
    }
}
