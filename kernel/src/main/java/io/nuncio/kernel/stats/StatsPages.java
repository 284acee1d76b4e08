package io.nuncio.kernel.stats;

import java.util.Map;

/// The pages of the admin server about statistics. Any thread; a page of a million statistics takes
/// seconds to write, so not a thread that has other work. With `stats_flush_on_admin` the caller
/// flushes first.
public final class StatsPages {
    private final StatsStore store;

    public StatsPages(StatsStore store) {
        this.store = store;
    }

    /// `GET /stats`.
    ///
    /// @param parameters the decoded query, the first value of each name; a name without a value
    ///   has an empty one
    public StatsPage stats(Map<String, String> parameters) {
        try {
            return page(StatsQuery.parse(parameters));
        } catch (StatsQuery.InvalidQuery invalid) {
            return StatsPage.text(400, String.valueOf(invalid.getMessage()));
        }
    }

    /// `GET /stats/prometheus`.
    public StatsPage prometheus(Map<String, String> parameters) {
        try {
            return page(StatsQuery.parse(parameters).asPrometheus());
        } catch (StatsQuery.InvalidQuery invalid) {
            return StatsPage.text(400, String.valueOf(invalid.getMessage()));
        }
    }

    /// `POST /reset_counters`.
    public StatsPage resetCounters() {
        store.resetCounters();
        return StatsPage.text(200, "OK\n");
    }

    /// `GET /stats/recentlookups`.
    public StatsPage recentLookups() {
        return StatsPage.text(200, store.recentLookups());
    }

    /// `POST /stats/recentlookups/enable` and `/disable`.
    public StatsPage enableRecentLookups(boolean on) {
        store.enableRecentLookups(on);
        return StatsPage.text(200, "OK\n");
    }

    /// `POST /stats/recentlookups/clear`.
    public StatsPage clearRecentLookups() {
        store.clearRecentLookups();
        return StatsPage.text(200, "OK\n");
    }

    private StatsPage page(StatsQuery query) {
        return switch (query.format()) {
            case TEXT -> new StatsPage(200, StatsPage.TEXT, body(query, TextStats::write));
            case JSON -> new StatsPage(200, StatsPage.JSON, body(query, JsonStats::write));
            case PROMETHEUS ->
                    switch (query.histogramView()) {
                        case UNSET, SUMMARY, CUMULATIVE ->
                                new StatsPage(
                                        200, StatsPage.TEXT, body(query, PrometheusStats::write));
                        case DISJOINT, DETAILED ->
                                StatsPage.text(400, "unsupported prometheus histogram bucket mode");
                    };
        };
    }

    private StatsPage.Body body(StatsQuery query, Rendering rendering) {
        return sink -> {
            PieceWriter out = new PieceWriter(sink);
            rendering.write(store, query, out);
            out.flush();
        };
    }

    private interface Rendering {
        void write(StatsStore store, StatsQuery query, PieceWriter out);
    }
}
