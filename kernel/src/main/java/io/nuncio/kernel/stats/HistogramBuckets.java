package io.nuncio.kernel.stats;

import io.envoyproxy.envoy.config.metrics.v3.HistogramBucketSettings;
import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Which upper bounds the buckets have that are shown of a histogram: those of the first rule that
/// matches its name, else Envoy's defaults.
final class HistogramBuckets {
    static final HistogramBuckets DEFAULT = new HistogramBuckets(List.of());

    private static final double[] DEFAULT_BOUNDS = {
        0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
        1800000, 3600000
    };

    private final List<Rule> rules;

    private HistogramBuckets(List<Rule> rules) {
        this.rules = List.copyOf(rules);
    }

    static HistogramBuckets from(List<HistogramBucketSettings> settings, Problems problems) {
        List<Rule> rules = new ArrayList<>(settings.size());
        for (int i = 0; i < settings.size(); i++) {
            HistogramBucketSettings message = settings.get(i);
            Predicate<String> match =
                    StatNameMatch.from(message.getMatch(), problems.in("[" + i + "].match"));
            double[] bounds =
                    message.getBucketsList().stream()
                            .mapToDouble(Double::doubleValue)
                            .sorted()
                            .toArray();
            rules.add(new Rule(match, bounds));
        }
        return new HistogramBuckets(rules);
    }

    /// The bounds for the histogram of that name, rising; not to be changed.
    double[] boundsFor(String name) {
        for (Rule rule : rules) {
            if (rule.match.test(name)) {
                return rule.bounds;
            }
        }
        return DEFAULT_BOUNDS;
    }

    private record Rule(Predicate<String> match, double[] bounds) {}
}
