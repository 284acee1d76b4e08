import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Other programs: where they are, and what they print.
final class Commands {
    private Commands() {}

    static List<String> pinned(int core) {
        return List.of("taskset", "-c", Integer.toString(core));
    }

    /// Everything that a program prints until it ends.
    static String output(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return output;
        } finally {
            end(process);
        }
    }

    /// Ends a process that this one started: gently, and after a while not so.
    static void end(Process process) {
        process.destroy();
        try {
            if (process.waitFor(20, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /// The programs that are not installed.
    static List<String> missing(List<String> programs) {
        // Debian has servers in folders that only root has on the path.
        String path = System.getenv("PATH") + ":/usr/sbin:/sbin";
        return programs.stream()
                .filter(program ->
                        Stream.of(path.split(File.pathSeparator))
                                .noneMatch(folder ->
                                        Files.isExecutable(Path.of(folder).resolve(program))))
                .toList();
    }
}
