package io.nuncio.kernel.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class FileWatcherTest {
    @TempDir Path folder;

    private final WorkerLoops loops = WorkerLoops.create(1, IoEngine.NIO);
    private final FileWatcher watcher = new FileWatcher(loops.main());
    private final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        onMain(watcher::close);
        loops.close();
    }

    private void onMain(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loops.main()
                .post(() -> {
                    task.run();
                    done.complete(null);
                });
        done.join();
    }

    /// Notes the content of the file with each change.
    private void watch(Path path) {
        onMain(() -> watcher.watch(path, () -> seen.add(content(path))));
    }

    private static String content(Path path) {
        try {
            return Files.isDirectory(path) ? "folder" : Files.readString(path);
        } catch (IOException absent) {
            return "absent";
        }
    }

    private String next() throws InterruptedException {
        String change = seen.poll(10, TimeUnit.SECONDS);
        return change == null ? "nothing within 10 s" : change;
    }

    /// The next change, of a file that is written in its place: it is left out how it looked when
    /// the writer paused.
    private String nextWhole() throws InterruptedException {
        String change = next();
        while (change.isEmpty() || change.equals("absent")) {
            change = next();
        }
        return change;
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private void swap(Path link, Path target) throws IOException {
        Path other = link.resolveSibling(link.getFileName() + ".new");
        Files.createSymbolicLink(other, target);
        Files.move(
                other, link, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aFileMovedIntoPlaceIsSeen() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);

        Files.move(write("b.yaml", "two"), file, StandardCopyOption.ATOMIC_MOVE);
        assertThat(next()).isEqualTo("two");
    }

    @Test
    void contentWrittenInPlaceIsSeen() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);

        Files.writeString(file, "twenty");
        assertThat(nextWhole()).isEqualTo("twenty");
    }

    @Test
    void aFileThatAppearsLaterIsSeenAndSoIsItsEnd() throws Exception {
        Path file = folder.resolve("a.yaml");
        watch(file);

        Files.writeString(file, "one");
        assertThat(nextWhole()).isEqualTo("one");
        Files.delete(file);
        assertThat(next()).isEqualTo("absent");
    }

    @Test
    void aFileThatIsRemovedAndMadeAgainAtOnceIsOneChange() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);

        long begun = System.nanoTime();
        Files.delete(file);
        Files.writeString(file, "two");
        assumeThat(System.nanoTime() - begun)
                .as("at once")
                .isLessThan(FileWatcher.SETTLED.toNanos() / 2);

        assertThat(next()).isEqualTo("two");
        assertThat(seen).isEmpty();
    }

    @Test
    void aFileInAFolderThatDoesNotExistYetIsSeen() throws Exception {
        Path file = folder.resolve("x/y/a.yaml");
        watch(file);

        Files.createDirectories(file.getParent());
        Files.writeString(file, "one");
        assertThat(nextWhole()).isEqualTo("one");
    }

    /// As Kubernetes mounts a config map: file -> ..data/file, ..data -> a dated folder.
    @Test
    void aLinkInTheMiddleOfTheWayMayBeSwappedAgainAndAgain() throws Exception {
        for (int version = 1; version <= 3; version++) {
            Files.writeString(
                    Files.createDirectory(folder.resolve("v" + version)).resolve("a.yaml"),
                    "version " + version);
        }
        Path data = Files.createSymbolicLink(folder.resolve("..data"), folder.resolve("v1"));
        Path file =
                Files.createSymbolicLink(
                        folder.resolve("a.yaml"), data.getFileName().resolve("a.yaml"));
        watch(file);

        swap(data, folder.resolve("v2"));
        assertThat(next()).isEqualTo("version 2");
        swap(data, folder.resolve("v3"));
        assertThat(next()).isEqualTo("version 3");
    }

    @Test
    void aLinkToAFolderMayBeSwapped() throws Exception {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        Path current = Files.createSymbolicLink(folder.resolve("current"), one);
        watch(current);

        swap(current, two);
        assertThat(next()).isEqualTo("folder");
    }

    @Test
    void aFolderMayBeRemovedAndMadeAgain() throws Exception {
        Path below = Files.createDirectory(folder.resolve("below"));
        Path file = Files.writeString(below.resolve("a.yaml"), "one");
        watch(file);

        Files.delete(file);
        Files.delete(below);
        assertThat(next()).isEqualTo("absent");
        Files.createDirectory(below);
        Files.writeString(file, "two");
        assertThat(nextWhole()).isEqualTo("two");
    }

    @Test
    void otherFilesOfTheFolderAreNobodysBusiness() throws Exception {
        Path file = write("a.yaml", "one");
        watch(file);

        write("other.yaml", "x");
        Files.writeString(file, "two");
        assertThat(nextWhole()).isEqualTo("two");
        assertThat(seen).isEmpty();
    }

    @Test
    void afterTheCloseNothingIsTold() throws Exception {
        Path file = write("a.yaml", "one");
        Path other = write("b.yaml", "one");
        onMain(() -> watcher.watch(file, () -> seen.add("closed watch")).close());
        watch(other);

        Files.writeString(file, "two");
        Files.writeString(other, "two");
        assertThat(nextWhole()).isEqualTo("two");
        assertThat(seen).isEmpty();
    }
}
