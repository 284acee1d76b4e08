package io.nuncio.accessloggers;

import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.LogFile;

import java.io.UncheckedIOException;

/// Formats each entry and appends it to a file.
final class LineLogger implements AccessLogger {
    private final Format format;
    private final LogFile file;

    LineLogger(Format format, LogFile file) {
        this.format = format;
        this.file = file;
    }

    /// @param field of the path, for the report if the file cannot be opened
    /// @return what logs nothing if it cannot
    static AccessLogger open(Format format, String path, String field, FactoryContext context) {
        try {
            return new LineLogger(format, context.logFile(path));
        } catch (UncheckedIOException failure) {
            context.problems().add(field, String.valueOf(failure.getMessage()));
            return _ -> {};
        }
    }

    @Override
    public void log(FormatContext context) {
        format.write(context, file);
    }

    @Override
    public void close() {
        file.close();
    }
}
