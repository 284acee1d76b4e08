package io.nuncio.kernel.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;

import org.jspecify.annotations.Nullable;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Writes lines to standard error or to a file, whole and one after the other.
final class LineAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private final Object lock = new Object();
    private final LogLine line;
    private final @Nullable Path file;
    private OutputStream out;

    /// @param file null for standard error
    /// @throws UncheckedIOException if the file cannot be opened
    LineAppender(LogLine line, @Nullable Path file) {
        this.line = line;
        this.file = file;
        out = file == null ? new FileOutputStream(FileDescriptor.err) : open(file);
    }

    private static OutputStream open(Path file) {
        try {
            return Files.newOutputStream(
                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "cannot open log file " + file + ": " + failure.getMessage(), failure);
        }
    }

    @Override
    protected void append(ILoggingEvent event) {
        byte[] bytes = line.of(event).getBytes(StandardCharsets.UTF_8);
        synchronized (lock) {
            try {
                out.write(bytes);
            } catch (IOException failure) {
                addError("writing a log line failed", failure); // nowhere else is left to say it
            }
        }
    }

    /// Opens the file again by its path; the old one stays if that fails.
    void reopen() {
        if (file == null) {
            return;
        }
        OutputStream next = open(file);
        synchronized (lock) {
            close(out);
            out = next;
        }
    }

    @Override
    public void stop() {
        super.stop();
        if (file != null) {
            synchronized (lock) {
                close(out);
            }
        }
    }

    private void close(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException failure) {
            addError("closing the log file failed", failure);
        }
    }
}
