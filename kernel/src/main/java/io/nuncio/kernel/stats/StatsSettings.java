package io.nuncio.kernel.stats;

import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.config.metrics.v3.StatsMatcher;
import io.envoyproxy.envoy.config.metrics.v3.TagSpecifier;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// What `stats_config` of the bootstrap and the command line say about statistics: which ones
/// exist, how their names are taken apart into tags, and which buckets histograms show.
public final class StatsSettings {
    /// Every statistic, the default tags, the default buckets.
    public static final StatsSettings DEFAULT =
            new StatsSettings(
                    _ -> false, HistogramBuckets.DEFAULT, () -> new TagProducer(DefaultTags.all()));

    private final Predicate<String> rejects;
    private final HistogramBuckets buckets;
    private final Supplier<TagProducer> tagProducer;

    private StatsSettings(
            Predicate<String> rejects,
            HistogramBuckets buckets,
            Supplier<TagProducer> tagProducer) {
        this.rejects = rejects;
        this.buckets = buckets;
        this.tagProducer = tagProducer;
    }

    /// @param optionTags those of `--stats-tag`, in order
    /// @param problems at the place of `stats_config`
    public static StatsSettings from(StatsConfig config, List<Tag> optionTags, Problems problems) {
        Predicate<String> rejects = rejects(config.getStatsMatcher(), problems.in("stats_matcher"));
        HistogramBuckets buckets =
                HistogramBuckets.from(
                        config.getHistogramBucketSettingsList(),
                        problems.in("histogram_bucket_settings"));
        boolean defaults =
                !config.hasUseAllDefaultTags() || config.getUseAllDefaultTags().getValue();
        List<Supplier<List<TagExtractor>>> custom = new ArrayList<>();
        for (Tag tag : optionTags) {
            List<TagExtractor> fixed = List.of(new FixedTag(tag.name(), tag.value()));
            custom.add(() -> fixed);
        }
        for (int i = 0; i < config.getStatsTagsCount(); i++) {
            custom.add(extractors(config.getStatsTags(i), problems.in("stats_tags[" + i + "]")));
        }
        // The default expressions are compiled when tags are asked for, not at the start.
        return new StatsSettings(
                rejects,
                buckets,
                () -> {
                    List<TagExtractor> all =
                            new ArrayList<>(defaults ? DefaultTags.all() : List.of());
                    custom.forEach(more -> all.addAll(more.get()));
                    return new TagProducer(all);
                });
    }

    /// True if `stats_matcher` lets no statistic of that name be.
    boolean rejects(String name) {
        return rejects.test(name);
    }

    HistogramBuckets buckets() {
        return buckets;
    }

    /// Compiles the tag extractors; call once.
    TagProducer newTagProducer() {
        return tagProducer.get();
    }

    private static Predicate<String> rejects(StatsMatcher message, Problems problems) {
        return switch (message.getStatsMatcherCase()) {
            case REJECT_ALL -> {
                boolean all = message.getRejectAll();
                yield _ -> all;
            }
            case EXCLUSION_LIST ->
                    any(
                            message.getExclusionList().getPatternsList(),
                            problems.in("exclusion_list"));
            case INCLUSION_LIST ->
                    any(message.getInclusionList().getPatternsList(), problems.in("inclusion_list"))
                            .negate();
            case STATSMATCHER_NOT_SET -> _ -> false;
        };
    }

    private static Predicate<String> any(List<StringMatcher> patterns, Problems problems) {
        List<Predicate<String>> matches = new ArrayList<>(patterns.size());
        for (int i = 0; i < patterns.size(); i++) {
            matches.add(StatNameMatch.from(patterns.get(i), problems.in("patterns[" + i + "]")));
        }
        return name -> {
            for (Predicate<String> match : matches) {
                if (match.test(name)) {
                    return true;
                }
            }
            return false;
        };
    }

    private static Supplier<List<TagExtractor>> extractors(
            TagSpecifier message, Problems problems) {
        String tag = message.getTagName();
        if (message.hasFixedValue()) {
            List<TagExtractor> fixed = List.of(new FixedTag(tag, message.getFixedValue()));
            return () -> fixed;
        }
        if (message.getRegex().isEmpty()) {
            if (DefaultTags.named(tag).isEmpty()) {
                problems.add(
                        "",
                        "No regex specified for tag specifier and no default regex for name: '"
                                + tag
                                + "'");
            }
            return () -> DefaultTags.named(tag);
        }
        if (tag.isEmpty()) {
            problems.add("tag_name", "tag_name cannot be empty");
        }
        try {
            List<TagExtractor> pattern = List.of(PatternTag.custom(tag, message.getRegex()));
            return () -> pattern;
        } catch (IllegalArgumentException invalid) {
            problems.at("regex")
                    .expected("a regular expression")
                    .because(String.valueOf(invalid.getMessage()));
            return List::of;
        }
    }
}
