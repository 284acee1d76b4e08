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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/// Compiles lists of access loggers, each with its filter. Thread: main.
public final class AccessLogCompiler implements AccessLogs {
    private static final Logger LOG = LoggerFactory.getLogger("access_log");

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
                compiled.add(new Entry(entry.getName(), filter, logger));
            }
        }
        return new Loggers(compiled.toArray(Entry[]::new));
    }

    @Override
    public LogFilter compileFilter(AccessLogFilter filter, FactoryContext context, String field) {
        return filters.compile(filter, context.in(field, context.name()));
    }

    /// A logger that fails harms nobody else: neither the other loggers nor what has ended.
    private static final class Entry {
        private final String name;
        private final @Nullable LogFilter filter;
        private final AccessLogger logger;
        private volatile boolean failed;

        private Entry(String name, @Nullable LogFilter filter, AccessLogger logger) {
            this.name = name;
            this.filter = filter;
            this.logger = logger;
        }

        private void log(FormatContext context) {
            try {
                if (filter == null || filter.evaluate(context)) {
                    logger.log(context);
                }
            } catch (RuntimeException | LinkageError bug) {
                if (!failed) { // said once: it may fail for each request
                    failed = true;
                    LOG.warn("access logger {} failed, its entry is lost", name, bug);
                }
            }
        }
    }

    private static final class Loggers implements AccessLogger {
        private final Entry[] entries;

        private Loggers(Entry[] entries) {
            this.entries = entries;
        }

        @Override
        public void log(FormatContext context) {
            for (Entry entry : entries) {
                entry.log(context);
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
