package io.nuncio.kernel.stats;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.BoolValue;

import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import io.envoyproxy.envoy.config.metrics.v3.TagSpecifier;
import io.nuncio.spi.Problems;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

class TagProducerTest {
    record Case(String stat, String name, Map<String, String> tags) {
        @Override
        public String toString() {
            return stat;
        }
    }

    static Stream<Case> namesOfEnvoysTests() throws IOException {
        try (InputStream in = TagProducerTest.class.getResourceAsStream("stat_tags.json")) {
            JsonNode cases = new ObjectMapper().readTree(Objects.requireNonNull(in));
            Stream.Builder<Case> all = Stream.builder();
            for (JsonNode node : cases) {
                Map<String, String> tags = new HashMap<>();
                node.get("tags")
                        .properties()
                        .forEach(tag -> tags.put(tag.getKey(), tag.getValue().asText()));
                all.add(new Case(node.get("stat").asText(), node.get("name").asText(), tags));
            }
            return all.build();
        }
    }

    @ParameterizedTest
    @MethodSource("namesOfEnvoysTests")
    void defaultTagsAreThoseOfEnvoy(Case expected) {
        TaggedName tagged = new TagProducer(DefaultTags.all()).tags(expected.stat);

        assertThat(tagged.name()).isEqualTo(expected.name);
        assertThat(asMap(tagged)).isEqualTo(expected.tags);
    }

    @Test
    void thereAre52NamesOfEnvoysTests() throws IOException {
        assertThat(namesOfEnvoysTests()).hasSize(52);
    }

    @Test
    void tagsThatFitAnyNameComeBeforeThoseOfTheFirstToken() {
        TaggedName tagged = tags(StatsConfig.getDefaultInstance(), "cluster.x.upstream_rq_2xx");

        assertThat(tagged.tags())
                .containsExactly(
                        new Tag("envoy.response_code_class", "2"),
                        new Tag("envoy.cluster_name", "x"));
    }

    @Test
    void aNameWithoutTagsStaysWhole() {
        assertThat(tags(StatsConfig.getDefaultInstance(), "server.live"))
                .isEqualTo(new TaggedName("server.live", List.of()));
    }

    @Test
    void fixedTagsAndThoseOfTheCommandLineAreOnEveryStatistic() {
        StatsConfig config =
                StatsConfig.newBuilder()
                        .addStatsTags(
                                TagSpecifier.newBuilder().setTagName("zone").setFixedValue("a"))
                        .build();

        TaggedName tagged =
                StatsSettings.from(config, List.of(new Tag("node", "7")), new Problems())
                        .newTagProducer()
                        .tags("server.live");

        assertThat(tagged.tags()).containsExactly(new Tag("node", "7"), new Tag("zone", "a"));
        assertThat(tagged.name()).isEqualTo("server.live");
    }

    @Test
    void theFirstGroupOfARegexIsRemovedAndTheSecondIsTheValue() {
        TaggedName tagged =
                tags(regex("my.tag", "^server\\.((\\w+)\\.)", false), "server.abc.live");

        assertThat(tagged)
                .isEqualTo(new TaggedName("server.live", List.of(new Tag("my.tag", "abc"))));
    }

    @Test
    void aRegexWithOneGroupTakesAllOfItAsTheValue() {
        TaggedName tagged = tags(regex("my.tag", "server(\\.\\w+)\\.", false), "server.abc.live");

        assertThat(tagged)
                .isEqualTo(new TaggedName("server.live", List.of(new Tag("my.tag", ".abc"))));
    }

    @Test
    void aRegexMayLookAhead() {
        TaggedName tagged =
                tags(
                        regex("agent", "^http(?=\\.).*?\\.user_agent\\.((.+?)\\.)\\w+?$", false),
                        "http.a.user_agent.ios.total");

        assertThat(tagged)
                .isEqualTo(
                        new TaggedName(
                                "http.a.user_agent.total", List.of(new Tag("agent", "ios"))));
    }

    @Test
    void aDefaultTagCanBeAskedForByItsNameAlone() {
        StatsConfig config =
                StatsConfig.newBuilder()
                        .setUseAllDefaultTags(BoolValue.of(false))
                        .addStatsTags(TagSpecifier.newBuilder().setTagName("envoy.cluster_name"))
                        .build();

        assertThat(tags(config, "cluster.x.upstream_rq_200"))
                .isEqualTo(
                        new TaggedName(
                                "cluster.upstream_rq_200",
                                List.of(new Tag("envoy.cluster_name", "x"))));
    }

    @Test
    void aTagWithoutRegexThatIsNoDefaultIsAProblem() {
        Problems problems = new Problems();
        StatsConfig config =
                StatsConfig.newBuilder()
                        .addStatsTags(TagSpecifier.newBuilder().setTagName("mine"))
                        .build();

        StatsSettings.from(config, List.of(), problems.in("stats_config"));

        assertThat(problems.all())
                .hasToString(
                        "[stats_config.stats_tags[0]: No regex specified for tag specifier and no"
                                + " default regex for name: 'mine']");
    }

    @Test
    void aBrokenRegexIsAProblem() {
        Problems problems = new Problems();
        StatsSettings.from(regex("mine", "(", false), List.of(), problems);
        assertThat(problems.all())
                .singleElement()
                .satisfies(problem -> assertThat(problem.path()).isEqualTo("stats_tags[0].regex"));
    }

    @Test
    void ofTwoExtractorsOfOneTagTheFirstThatMatchesWins() {
        TaggedName tagged =
                tags(
                        regex("envoy.cluster_name", "^cluster\\.\\w+\\.((\\w+)\\.)", true),
                        "cluster.a.b.total");

        assertThat(tagged)
                .isEqualTo(
                        new TaggedName(
                                "cluster.b.total", List.of(new Tag("envoy.cluster_name", "a"))));
    }

    @Test
    void theOptionForATagIsNameAndValue() {
        assertThat(Tag.ofOption("foo:bar")).isEqualTo(new Tag("foo", "bar"));
        assertThat(Tag.ofOption("foo:a:b")).isEqualTo(new Tag("foo", "a:b"));
        assertThat(messageOf("foo")).isEqualTo("error: misformatted stats-tag 'foo'");
        assertThat(messageOf("foo:b.ar"))
                .isEqualTo(
                        "error: misformatted stats-tag 'foo:b.ar' contains invalid char in 'b.ar'");
        assertThat(messageOf("f_o:bar"))
                .isEqualTo(
                        "error: misformatted stats-tag 'f_o:bar' contains invalid char in 'f_o'");
    }

    private static String messageOf(String option) {
        try {
            Tag.ofOption(option);
            return "accepted";
        } catch (IllegalArgumentException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    private static StatsConfig regex(String tag, String regex, boolean defaults) {
        return StatsConfig.newBuilder()
                .setUseAllDefaultTags(BoolValue.of(defaults))
                .addStatsTags(TagSpecifier.newBuilder().setTagName(tag).setRegex(regex))
                .build();
    }

    private static TaggedName tags(StatsConfig config, String name) {
        Problems problems = new Problems();
        TaggedName tagged =
                StatsSettings.from(config, List.of(), problems).newTagProducer().tags(name);
        assertThat(problems.all()).isEmpty();
        return tagged;
    }

    private static Map<String, String> asMap(TaggedName tagged) {
        Map<String, String> tags = new HashMap<>();
        tagged.tags().forEach(tag -> assertThat(tags.put(tag.name(), tag.value())).isNull());
        return tags;
    }
}
