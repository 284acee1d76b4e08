package io.nuncio.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Builds an example bundle as its author would: a copy of its folder alone, with [StrangersMaven].
final class StrangersBuild {
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
        new StrangersMaven(folder).run(project, "package");
        return project.resolve("target/" + example + "-1.0.0.jar");
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
