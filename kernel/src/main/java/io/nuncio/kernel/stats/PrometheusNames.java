package io.nuncio.kernel.stats;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The names and labels of the statistics that were shown last, so that each name is taken apart
/// once and only if somebody asks. Of a statistic that is not shown any more nothing stays. Guarded
/// by itself.
final class PrometheusNames {
    private final StatsSettings settings;
    private final Map<String, String> groups = new HashMap<>();
    private @Nullable TagProducer producer;
    private Map<Object, Name> known = Map.of();

    PrometheusNames(StatsSettings settings) {
        this.settings = settings;
    }

    /// Where a statistic belongs.
    ///
    /// @param group its name without the tags' values
    /// @param labels the tags, as they stand between the braces
    record Name(String group, String labels) {}

    /// Starts a rendering: what it does not ask for is forgotten.
    Round next() {
        Map<Object, Name> before = known;
        known = new IdentityHashMap<>(before.size());
        return new Round(before, known);
    }

    private Name make(String name) {
        if (producer == null) {
            producer = settings.newTagProducer();
        }
        TaggedName tagged = producer.tags(name);
        return new Name(
                groups.computeIfAbsent(tagged.name(), group -> group), labels(tagged.tags()));
    }

    private static String labels(List<Tag> tags) {
        StringBuilder labels = new StringBuilder();
        for (Tag tag : tags) {
            labels.append(labels.isEmpty() ? "" : ",").append(sanitize(tag.name()));
            labels.append("=\"").append(escape(tag.value())).append('"');
        }
        return labels.toString();
    }

    /// Replaces what Prometheus does not allow in a name.
    static String sanitize(String name) {
        StringBuilder sanitized = new StringBuilder(name);
        for (int i = 0; i < sanitized.length(); i++) {
            char c = sanitized.charAt(i);
            boolean allowed =
                    c >= 'a' && c <= 'z'
                            || c >= 'A' && c <= 'Z'
                            || c >= '0' && c <= '9'
                            || c == '_';
            if (!allowed) {
                sanitized.setCharAt(i, '_');
            }
        }
        return sanitized.toString();
    }

    /// Escapes the value of a label.
    static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\"", "\\\"");
    }

    /// One rendering.
    final class Round {
        private final Map<Object, Name> before;
        private final Map<Object, Name> after;

        private Round(Map<Object, Name> before, Map<Object, Name> after) {
            this.before = before;
            this.after = after;
        }

        Name of(Object statistic, String name) {
            Name made = before.get(statistic);
            if (made == null) {
                made = make(name);
            }
            after.put(statistic, made);
            return made;
        }
    }
}
