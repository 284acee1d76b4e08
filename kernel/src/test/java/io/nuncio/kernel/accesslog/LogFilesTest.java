package io.nuncio.kernel.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.LogFile;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

@Timeout(20)
class LogFilesTest {
    private static final Duration NEVER = Duration.ofHours(1);

    private final StatsStore store = StatsStore.detached();
    private LogFiles files = files(NEVER, 64 * 1024, 1 << 20);
    @TempDir private Path folder;

    @AfterEach
    void closeFiles() {
        files.close();
    }

    @Test
    void entriesAreWrittenInTheirOrderWhenTheFileIsClosed() throws IOException {
        Path path = folder.resolve("access.log");
        try (var file = files.open(path.toString())) {
            for (int entry = 0; entry < 100; entry++) {
                write(file, entry + "\n");
            }
        }
        files.close();
        awaitTrue(() -> text(path).endsWith("99\n"));
        assertThat(text(path).lines()).hasSize(100).startsWith("0", "1", "2");
        assertThat(counter("write_buffered")).isEqualTo(100);
        assertThat(gauge("write_total_buffered")).isZero();
    }

    @Test
    void theEndWaitsForFilesThatWereLetGo() {
        Path path = folder.resolve("access.log");
        try (var file = files.open(path.toString())) {
            write(file, "x".repeat(1 << 19) + "\n");
        }

        files.close();

        assertThat(text(path)).hasSize((1 << 19) + 1);
    }

    @Test
    void anEntryWaitsNoLongerThanTheFlushInterval() {
        files = files(Duration.ofMillis(5), 64 * 1024, 1 << 20);
        Path path = folder.resolve("access.log");
        write(files.open(path.toString()), "one\n");
        awaitTrue(() -> text(path).equals("one\n"));
        awaitTrue(() -> counter("flushed_by_timer") == 1 && counter("write_completed") == 1);
    }

    @Test
    void enoughBytesAreWrittenWithoutWaiting() {
        files = files(NEVER, 10, 1 << 20);
        Path path = folder.resolve("access.log");
        LogFile file = files.open(path.toString());
        write(file, "12345");
        write(file, "67890");
        awaitTrue(() -> text(path).equals("1234567890"));
        assertThat(counter("flushed_by_timer")).isZero();
    }

    @Test
    void anEntryLargerThanTheBufferIsWrittenWhole() {
        files = files(NEVER, 10, 1 << 20);
        Path path = folder.resolve("access.log");
        write(files.open(path.toString()), "x".repeat(1234));
        awaitTrue(() -> text(path).length() == 1234);
    }

    @Test
    void aFileIsAppendedTo() throws IOException {
        Path path = Files.writeString(folder.resolve("access.log"), "old\n");
        write(files.open(path.toString()), "new\n");
        files.close();
        assertThat(text(path)).isEqualTo("old\nnew\n");
    }

    @Test
    void theSamePathIsTheSameFileUntilItsLastUserHasGone() {
        List<String> opened = new ArrayList<>();
        var channels = new Channels();
        files =
                new LogFiles(
                        settings(NEVER, 64 * 1024, 1 << 20),
                        store.root(),
                        path -> {
                            opened.add(path);
                            return channels;
                        });
        var one = files.open("a");
        var two = files.open("a");
        one.close();
        one.close();
        write(two, "still open");
        assertThat(channels.closed.getCount()).isEqualTo(1);
        two.close();
        awaitTrue(() -> channels.closed.getCount() == 0);
        assertThat(channels.text()).isEqualTo("still open");
        files.open("a");
        assertThat(opened).containsExactly("a", "a");
    }

    @Test
    void theEndWaitsForAllFilesTogether() {
        List<Channels> stuck = new ArrayList<>();
        files =
                new LogFiles(
                        settings(NEVER, 64 * 1024, 1 << 20),
                        store.root(),
                        _ -> {
                            Channels channel = new Channels();
                            channel.permits.drainPermits();
                            stuck.add(channel);
                            return channel;
                        },
                        Duration.ofMillis(400));
        for (int file = 0; file < 20; file++) {
            write(files.open("file " + file), "entry");
        }
        long begin = System.nanoTime();
        files.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
        assertThat(stuck).hasSize(20).allMatch(Channels::isOpen);
        stuck.forEach(channel -> channel.permits.release(1));
    }

    @Test
    void reopeningFollowsARotation() throws IOException {
        Path path = folder.resolve("access.log");
        Path rotated = folder.resolve("access.log.1");
        LogFile file = files.open(path.toString());
        write(file, "before\n");
        Files.move(path, rotated);
        files.reopen();
        awaitTrue(() -> Files.exists(path));
        write(file, "after\n");
        files.close();
        assertThat(text(rotated)).isEqualTo("before\n");
        assertThat(text(path)).isEqualTo("after\n");
    }

    @Test
    void aFileThatCannotBeReopenedStaysInUseAndIsCounted() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("logs"));
        Path path = inner.resolve("access.log");
        LogFile file = files.open(path.toString());
        Path moved = folder.resolve("moved");
        Files.move(inner, moved);
        files.reopen();
        awaitTrue(() -> counter("reopen_failed") == 1);
        write(file, "kept\n");
        files.close();
        assertThat(text(moved.resolve("access.log"))).isEqualTo("kept\n");
    }

    @Test
    void entriesBeyondTheLimitAreDroppedWholeAndCounted() {
        var channel = new Channels();
        channel.permits.drainPermits();
        files = new LogFiles(settings(NEVER, 4, 10), store.root(), _ -> channel);
        LogFile file = files.open("a");
        write(file, "12345");
        write(file, "67890");
        write(file, "dropped");
        assertThat(counter("write_failed")).isEqualTo(1);
        channel.permits.release(1000);
        files.close();
        assertThat(channel.text()).isEqualTo("1234567890");
    }

    @Test
    void aWriteThatFailsIsCountedAndTheNextIsTried() {
        var channel = new Channels();
        channel.failures = 1;
        files = new LogFiles(settings(NEVER, 4, 1000), store.root(), _ -> channel);
        LogFile file = files.open("a");
        write(file, "lost");
        awaitTrue(() -> counter("write_failed") == 1);
        write(file, "kept");
        awaitTrue(() -> channel.text().equals("kept"));
        awaitTrue(() -> counter("write_completed") == 1);
    }

    @Test
    void aFileThatCannotBeOpenedIsNamedWithTheReason() {
        String path = folder.resolve("absent/access.log").toString();
        assertThatThrownBy(() -> files.open(path))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("cannot open log file " + path + ": no such folder");
    }

    @Test
    void manyThreadsWriteWithoutLosingAnEntry() throws InterruptedException {
        Path path = folder.resolve("access.log");
        LogFile file = files.open(path.toString());
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < 4; number++) {
            threads.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int entry = 0; entry < 5000; entry++) {
                                    write(file, "entry of ten\n");
                                }
                            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        files.close();
        assertThat(text(path).lines()).hasSize(20_000).containsOnly("entry of ten");
    }

    private LogFiles files(Duration interval, int flushBytes, long maxBytes) {
        return new LogFiles(settings(interval, flushBytes, maxBytes), store.root());
    }

    private static LogFiles.Settings settings(Duration interval, int flushBytes, long maxBytes) {
        return new LogFiles.Settings(interval, flushBytes, maxBytes);
    }

    private static void write(LogFile file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        file.write(bytes, 0, bytes.length);
    }

    private long counter(String name) {
        return store.findCounter("filesystem." + name).value();
    }

    private long gauge(String name) {
        return store.findGauge("filesystem." + name).value();
    }

    private static String text(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void awaitTrue(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    /// A file in memory that can be made to block or fail.
    private static final class Channels implements WritableByteChannel {
        private final ByteArrayOutputStream written = new ByteArrayOutputStream();
        private final CountDownLatch closed = new CountDownLatch(1);
        private final Semaphore permits = new Semaphore(1000);
        private int failures;

        @Override
        public int write(ByteBuffer source) throws IOException {
            permits.acquireUninterruptibly();
            synchronized (this) {
                if (failures-- > 0) {
                    throw new IOException("no space left on device");
                }
                int length = source.remaining();
                byte[] bytes = new byte[length];
                source.get(bytes);
                written.writeBytes(bytes);
                return length;
            }
        }

        synchronized String text() {
            return written.toString(StandardCharsets.UTF_8);
        }

        @Override
        public boolean isOpen() {
            return closed.getCount() > 0;
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }
}
