package io.nuncio.kernel.accesslog;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.LogFilter;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Extensions;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/// Compiles lists of access loggers, each with its filter. Thread: main.
public final class AccessLogCompiler implements AccessLogs {
    private final Extensions extensions;
    private final LogFilterCompiler filters;

    /// @param nanoTime the clock of [io.nuncio.spi.Worker#nanoTime]
    public AccessLogCompiler(Extensions extensions, LongSupplier nanoTime) {
        this.extensions = extensions;
        this.filters =
                new LogFilterCompiler(
                        extensions, nanoTime, () -> ThreadLocalRandom.current().nextLong());
    }

    @Override
    public AccessLogger compile(List<AccessLog> entries, FactoryContext context, String field) {
        List<Entry> compiled = new ArrayList<>();
        for (int index = 0; index < entries.size(); index++) {
            AccessLog entry = entries.get(index);
            String place = field + "[" + index + "]";
            LogFilter filter =
                    entry.hasFilter()
                            ? compileFilter(entry.getFilter(), context, place + ".filter")
                            : null;
            AccessLogger logger =
                    extensions.compile(
                            Category.ACCESS_LOGGER,
                            entry.getName(),
                            entry.getTypedConfig(),
                            AccessLogger.class,
                            context,
                            place + ".typed_config");
            if (logger != null) {
                compiled.add(new Entry(filter, logger));
            }
        }
        return new Loggers(compiled.toArray(Entry[]::new));
    }

    @Override
    public LogFilter compileFilter(AccessLogFilter filter, FactoryContext context, String field) {
        return filters.compile(filter, context.in(field, context.name()));
    }

    private record Entry(@Nullable LogFilter filter, AccessLogger logger) {}

    private static final class Loggers implements AccessLogger {
        private final Entry[] entries;

        private Loggers(Entry[] entries) {
            this.entries = entries;
        }

        @Override
        public void log(FormatContext context) {
            for (Entry entry : entries) {
                if (entry.filter == null || entry.filter.evaluate(context)) {
                    entry.logger.log(context);
                }
            }
        }

        @Override
        public void close() {
            for (Entry entry : entries) {
                entry.logger.close();
            }
        }
    }
}
