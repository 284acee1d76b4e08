package io.nuncio.kernel.stats;

import org.jspecify.annotations.Nullable;

import java.util.IdentityHashMap;
import java.util.Map;

/// The tagged names of the statistics that were shown last, so that each name is taken apart once
/// and only if somebody asks. Names that went away are forgotten at the next [#next]. For one
/// thread at a time.
final class TagCache {
    private final StatsSettings settings;
    private @Nullable TagProducer producer;
    private Map<Object, TaggedName> known = Map.of();

    TagCache(StatsSettings settings) {
        this.settings = settings;
    }

    /// Starts over, keeping only what is asked for from now on.
    Round next() {
        Map<Object, TaggedName> before = known;
        Map<Object, TaggedName> after = new IdentityHashMap<>(Math.max(16, before.size()));
        known = after;
        return new Round(before, after);
    }

    private TaggedName produce(String name) {
        if (producer == null) {
            producer = settings.newTagProducer();
        }
        return producer.tags(name);
    }

    /// One rendering.
    final class Round {
        private final Map<Object, TaggedName> before;
        private final Map<Object, TaggedName> after;

        private Round(Map<Object, TaggedName> before, Map<Object, TaggedName> after) {
            this.before = before;
            this.after = after;
        }

        TaggedName tags(Object statistic, String name) {
            TaggedName tags = before.get(statistic);
            if (tags == null) {
                tags = produce(name);
            }
            after.put(statistic, tags);
            return tags;
        }
    }
}
