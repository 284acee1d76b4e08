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
    private final @Nullable Counter[] classes = new Counter[6];
    private final @Nullable Counter[] @Nullable [] codes = new Counter[6][];
    private @Nullable Counter completed;
    private @Nullable Histogram time;

    /// @param prefix below the scope: empty, or `internal.` or such
    ResponseStats(StatsScope scope, String prefix) {
        this.scope = scope;
        this.prefix = prefix;
    }

    void response(int status) {
        Counter all = completed;
        if (all == null) {
            completed = all = scope.counter(prefix + "upstream_rq_completed");
        }
        all.increment();
        if (status < 100 || status >= 600) {
            return;
        }
        int first = status / CODES_OF_A_CLASS;
        Counter ofClass = classes[first];
        if (ofClass == null) {
            classes[first] = ofClass = scope.counter(prefix + "upstream_rq_" + first + "xx");
        }
        ofClass.increment();
        @Nullable Counter[] ofCodes = codes[first];
        if (ofCodes == null) {
            codes[first] = ofCodes = new Counter[CODES_OF_A_CLASS];
        }
        Counter ofCode = ofCodes[status % CODES_OF_A_CLASS];
        if (ofCode == null) {
            ofCode = scope.counter(prefix + "upstream_rq_" + status);
            ofCodes[status % CODES_OF_A_CLASS] = ofCode;
        }
        ofCode.increment();
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
}
