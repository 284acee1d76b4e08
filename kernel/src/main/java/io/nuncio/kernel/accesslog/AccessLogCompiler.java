package io.nuncio.kernel.accesslog;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Extensions;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/// Compiles lists of access loggers, each with its filter. Thread: main.
public final class AccessLogCompiler implements AccessLogs {
    private final Extensions extensions;
    private final ConditionCompiler conditions;

    /// @param nanoTime the clock of [io.nuncio.spi.Worker#nanoTime]
    public AccessLogCompiler(Extensions extensions, LongSupplier nanoTime) {
        this.extensions = extensions;
        this.conditions = new ConditionCompiler(nanoTime);
    }

    @Override
    public AccessLogger compile(List<AccessLog> entries, FactoryContext context, String field) {
        List<Entry> compiled = new ArrayList<>();
        for (int index = 0; index < entries.size(); index++) {
            AccessLog entry = entries.get(index);
            String place = field + "[" + index + "]";
            EntryCondition condition =
                    entry.hasFilter()
                            ? conditions.compile(
                                    entry.getFilter(),
                                    context.runtime(),
                                    context.problems().in(place + ".filter"))
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
                compiled.add(new Entry(condition, logger));
            }
        }
        return new Loggers(compiled.toArray(Entry[]::new));
    }

    private record Entry(@Nullable EntryCondition condition, AccessLogger logger) {}

    private static final class Loggers implements AccessLogger {
        private final Entry[] entries;

        private Loggers(Entry[] entries) {
            this.entries = entries;
        }

        @Override
        public void log(FormatContext context) {
            for (Entry entry : entries) {
                if (entry.condition == null || entry.condition.test(context)) {
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
