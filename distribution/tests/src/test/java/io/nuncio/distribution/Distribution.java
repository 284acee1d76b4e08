package io.nuncio.distribution;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The built distribution, and the tree that it was built from.
public final class Distribution {
    public static final Path ROOT =
            Path.of(System.getProperty("nuncio.root")).toAbsolutePath().normalize();
    public static final Path HOME = ROOT.resolve("distribution/target/nuncio");
    public static final Path LAUNCHER = HOME.resolve("bin/nuncio");
    public static final String VERSION = System.getProperty("nuncio.version");

    private Distribution() {}

    /// What a finished process left behind.
    public record Finished(int exitCode, String output) {}

    /// Runs the launcher to its end, with standard error in the output.
    public static Finished run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(LAUNCHER.toString());
        command.addAll(List.of(arguments));
        return finish(new ProcessBuilder(command));
    }

    /// Unless the test says otherwise, no start makes a class archive beside it, which would take
    /// the processor from the tests that follow.
    static void leaveClassArchive(ProcessBuilder builder) {
        builder.environment().putIfAbsent("NUNCIO_CLASS_ARCHIVE", "off");
    }

    public static Finished finish(ProcessBuilder builder) throws IOException, InterruptedException {
        leaveClassArchive(builder);
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("did not end: " + builder.command());
        }
        return new Finished(process.exitValue(), output);
    }
}
