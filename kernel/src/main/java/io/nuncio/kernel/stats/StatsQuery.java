package io.nuncio.kernel.stats;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// What a request for `/stats` asks for.
///
/// @param filter shown are names in which it is found; null for all
/// @param nothing true for `hidden=showonly`, as no statistic of ours is hidden
record StatsQuery(
        Format format,
        Type type,
        boolean usedOnly,
        @Nullable Pattern filter,
        HistogramView histogramView,
        boolean textReadouts,
        boolean nothing) {

    enum Format {
        TEXT,
        JSON,
        PROMETHEUS
    }

    enum Type {
        ALL,
        COUNTERS,
        GAUGES,
        HISTOGRAMS,
        TEXT_READOUTS
    }

    enum HistogramView {
        UNSET,
        SUMMARY,
        CUMULATIVE,
        DISJOINT,
        DETAILED
    }

    /// @param parameters the decoded query, the first value of each name; a name without a value
    ///   has an empty one
    /// @throws InvalidQuery with the text for the 400
    static StatsQuery parse(Map<String, String> parameters) throws InvalidQuery {
        Pattern filter = parameters.containsKey("filter") ? filter(parameters.get("filter")) : null;
        HistogramView view = histogramView(parameters.getOrDefault("histogram_buckets", ""));
        Type type = type(parameters.get("type"));
        String hidden = parameters.getOrDefault("hidden", "");
        Format format = format(parameters.getOrDefault("format", ""));
        return new StatsQuery(
                format,
                type,
                parameters.containsKey("usedonly"),
                filter,
                view,
                parameters.containsKey("text_readouts"),
                hidden.equals("showonly") || hidden.equals("only"));
    }

    StatsQuery asPrometheus() {
        return new StatsQuery(
                Format.PROMETHEUS, type, usedOnly, filter, histogramView, textReadouts, nothing);
    }

    /// Whether a statistic is shown.
    boolean shows(String name, boolean used) {
        return (used || !usedOnly) && !nothing && (filter == null || filter.matcher(name).find());
    }

    private static Pattern filter(String regex) throws InvalidQuery {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException invalid) {
            throw new InvalidQuery("Invalid re2 regex");
        }
    }

    private static HistogramView histogramView(String value) throws InvalidQuery {
        return switch (value) {
            case "" -> HistogramView.UNSET;
            case "cumulative" -> HistogramView.CUMULATIVE;
            case "disjoint" -> HistogramView.DISJOINT;
            case "detailed" -> HistogramView.DETAILED;
            case "summary", "none" -> HistogramView.SUMMARY;
            default ->
                    throw new InvalidQuery(
                            "usage:"
                                + " /stats?histogram_buckets=(cumulative|disjoint|detailed|summary)\n");
        };
    }

    private static Type type(@Nullable String value) throws InvalidQuery {
        return switch (value) {
            case null -> Type.ALL;
            case "All" -> Type.ALL;
            case "Counters" -> Type.COUNTERS;
            case "Gauges" -> Type.GAUGES;
            case "Histograms" -> Type.HISTOGRAMS;
            case "TextReadouts" -> Type.TEXT_READOUTS;
            default -> throw new InvalidQuery("invalid &type= param");
        };
    }

    private static Format format(String value) throws InvalidQuery {
        return switch (value) {
            case "", "text" -> Format.TEXT;
            case "json" -> Format.JSON;
            case "prometheus" -> Format.PROMETHEUS;
            case "html" ->
                    throw new InvalidQuery(
                            "HTML output was disabled by building with"
                                    + " --define=admin_html=disabled");
            case "active-html" ->
                    throw new InvalidQuery(
                            "Active HTML output was disabled by building with"
                                    + " --define=admin_html=disabled");
            default ->
                    throw new InvalidQuery(
                            "usage: /stats?format=(html|active-html|json|prometheus|text)\n\n");
        };
    }

    /// A query that is answered with 400.
    static final class InvalidQuery extends Exception {
        InvalidQuery(String text) {
            super(text, null, false, false);
        }
    }
}
