package io.nuncio.kernel.upstream;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;

/// The statistics of responses under one prefix: `upstream_rq_completed`, one counter for each
/// class and each code that was seen, and `upstream_rq_time`. Made when first needed; two workers
/// that make the same one get the same one. Any thread.
final class ResponseStats {
    private static final int CODES_OF_A_CLASS = 100;

    private final StatsScope scope;
    private final String prefix;
    private @Nullable ByCode byCode;
    private @Nullable Histogram time;

    /// @param prefix below the scope: empty, or `internal.` or such
    ResponseStats(StatsScope scope, String prefix) {
        this.scope = scope;
        this.prefix = prefix;
    }

    void response(int status) {
        ByCode counters = byCode;
        if (counters == null) {
            byCode = counters = new ByCode(scope.counter(prefix + "upstream_rq_completed"));
        }
        counters.completed.increment();
        if (status >= 100 && status < 600) {
            ofClass(counters, status / CODES_OF_A_CLASS).increment();
            ofCode(counters, status).increment();
        }
    }

    void time(long millis) {
        Histogram histogram = time;
        if (histogram == null) {
            time =
                    histogram =
                            scope.histogram(
                                    prefix + "upstream_rq_time", Histogram.Unit.MILLISECONDS);
        }
        histogram.record(millis);
    }

    private Counter ofClass(ByCode counters, int first) {
        Counter counter = counters.classes[first];
        if (counter == null) {
            counter = scope.counter(prefix + "upstream_rq_" + first + "xx");
            counters.classes[first] = counter;
        }
        return counter;
    }

    private Counter ofCode(ByCode counters, int status) {
        int first = status / CODES_OF_A_CLASS;
        @Nullable Counter[] codes = counters.codes[first];
        if (codes == null) {
            counters.codes[first] = codes = new Counter[CODES_OF_A_CLASS];
        }
        Counter counter = codes[status % CODES_OF_A_CLASS];
        if (counter == null) {
            counter = scope.counter(prefix + "upstream_rq_" + status);
            codes[status % CODES_OF_A_CLASS] = counter;
        }
        return counter;
    }

    /// The counters made so far, by the first digit and by the rest.
    private static final class ByCode {
        private final Counter completed;
        private final @Nullable Counter[] classes = new Counter[6];
        private final @Nullable Counter[] @Nullable [] codes = new Counter[6][];

        ByCode(Counter completed) {
            this.completed = completed;
        }
    }
}
