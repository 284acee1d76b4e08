package io.nuncio.kernel.config;

/// How deep and how far a tree of nodes is followed, so that aliases within aliases end.
///
/// | limit | value | when exceeded |
/// |---|---|---|
/// | nesting, aliases followed | 100 levels | problem |
/// | values, aliases followed | 1 million, and ten times those in the text | problem |
final class TreeBounds {
    private static final int MAX_DEPTH = YamlReader.MAX_DEPTH;
    private static final int FREE_VALUES = 1_000_000;

    private final Binder.Report report;
    private long valuesLeft;

    /// @param values how many values the text has
    TreeBounds(Binder.Report report, int values) {
        this.report = report;
        this.valuesLeft = FREE_VALUES + 10L * values;
    }

    /// True, after a report, if following the tree any further could take for ever.
    boolean exceeded(YamlNode node, FieldPath path, int depth) {
        if (depth > MAX_DEPTH) {
            report.error(
                    node, path, "the configuration is nested deeper than " + MAX_DEPTH + " levels");
            return true;
        }
        if (valuesLeft <= 0) {
            if (valuesLeft == 0) {
                report.error(node, path, "the aliases of the text expand to too many values");
            }
            valuesLeft = -1;
            return true;
        }
        valuesLeft--;
        return false;
    }
}
