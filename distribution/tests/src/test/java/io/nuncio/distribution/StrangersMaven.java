package io.nuncio.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/// Maven as a stranger has it: a repository with the artifacts of a release, no network.
final class StrangersMaven {
    private static final Path REPOSITORY = Path.of(System.getProperty("maven.repository"));

    private final Path local;
    private final Path settings;

    /// @param folder to work in
    StrangersMaven(Path folder) throws IOException {
        local = folder.resolve("repository");
        settings = folder.resolve("settings.xml");
        pom("nuncio", "pom.xml");
        pom("filter-parent", "filter-spi/parent/pom.xml");
        module("filter-spi", "filter-spi");
        module("kernel", "kernel");
        module("testkit", "filter-spi/testkit");
        module("filter-archetype", "filter-spi/archetype");
        Files.writeString(
                settings,
                "<settings><mirrors><mirror><id>disk</id><mirrorOf>*</mirrorOf><url>"
                        + REPOSITORY.toUri()
                        + "</url></mirror></mirrors></settings>");
    }

    /// Runs Maven to its end.
    ///
    /// @return what it said
    String run(Path project, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("maven.command"));
        command.addAll(List.of("-q", "-B", "-s", settings.toString()));
        command.add("-Dmaven.repo.local=" + local);
        command.addAll(List.of(arguments));
        Distribution.Finished finished =
                Distribution.finish(new ProcessBuilder(command).directory(project.toFile()));
        if (finished.exitCode() != 0) {
            throw new IllegalStateException("the stranger's build failed:\n" + finished.output());
        }
        return finished.output();
    }

    private void module(String artifact, String folder) throws IOException {
        pom(artifact, folder + "/pom.xml");
        String jar = artifact + "-" + Distribution.VERSION + ".jar";
        copy(folder + "/target/" + jar, artifact, jar);
    }

    private void pom(String artifact, String source) throws IOException {
        copy(source, artifact, artifact + "-" + Distribution.VERSION + ".pom");
    }

    private void copy(String source, String artifact, String name) throws IOException {
        Path folder =
                Files.createDirectories(
                        local.resolve("io/nuncio").resolve(artifact).resolve(Distribution.VERSION));
        Files.copy(
                Distribution.ROOT.resolve(source),
                folder.resolve(name),
                StandardCopyOption.REPLACE_EXISTING);
    }
}
