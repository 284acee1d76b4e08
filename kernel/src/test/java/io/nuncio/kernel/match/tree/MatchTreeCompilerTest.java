package io.nuncio.kernel.match.tree;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.Any;
import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.CustomMatcherTemplate;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InputMatcher;
import io.nuncio.spi.MatchContext;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchInput.Availability;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.Matchers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Matchers over inputs whose values the test sets, and actions that are the name of their
/// extension.
class MatchTreeCompilerTest {
    private static final MatchContext NOTHING =
            new MatchContext() {
                @Override
                public StreamInfo info() {
                    throw new IllegalStateException("the test's inputs read nothing");
                }
            };

    private final FakeFactoryContext context = new FakeFactoryContext();
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, Availability> availability = new HashMap<>();

    @Test
    void aListTakesTheFirstConditionThatHolds() {
        String list =
                "matcher_list { "
                        + branch(is("a", "exact: '1'"), action("one"))
                        + branch(is("a", "prefix: '1'"), action("two"))
                        + "} on_no_match { "
                        + action("other")
                        + "}";
        assertThat(match(list, "a", "1")).isEqualTo("one");
        assertThat(match(list, "a", "12")).isEqualTo("two");
        assertThat(match(list, "a", "2")).isEqualTo("other");
    }

    @ParameterizedTest
    @CsvSource({
        "exact: 'abc', abc, true",
        "exact: 'abc', abcd, false",
        "exact: 'ABC' ignore_case: true, abc, true",
        "suffix: 'c', abc, true",
        "contains: 'b', abc, true",
        "contains: 'x', abc, false",
        "safe_regex { google_re2 {} regex: 'a.c' }, abc, true",
        "safe_regex { google_re2 {} regex: 'a.' }, abc, false"
    })
    void aValueMatchesText(String text, String value, boolean matches) {
        String list = "matcher_list { " + branch(is("a", text), action("yes")) + "}";
        assertThat(match(list, "a", value)).isEqualTo(matches ? "yes" : "no match");
    }

    @Test
    void whatIsAbsentMatchesNoText() {
        assertThat(match("matcher_list { " + branch(is("a", "prefix: 'x'"), action("yes")) + "}"))
                .isEqualTo("no match");
    }

    @ParameterizedTest
    @CsvSource({"1, 1, both", "1, 2, one", "2, 1, one", "2, 2, none"})
    void conditionsAreJoinedByAndOrAndNot(String a, String b, String expected) {
        String two =
                "predicate { "
                        + is("a", "exact: '1'")
                        + "} predicate { "
                        + is("b", "exact: '1'")
                        + "}";
        String list =
                "matcher_list { "
                        + branch("and_matcher { " + two + "}", action("both"))
                        + branch("or_matcher { " + two + "}", action("one"))
                        + branch("not_matcher { " + is("a", "exact: '1'") + "}", action("none"))
                        + "}";
        assertThat(match(list, "a", a, "b", b)).isEqualTo(expected);
    }

    @Test
    void aMapTakesTheBranchOfItsKey() {
        String map =
                map("exact_match_map", entry("1", action("one")), entry("\u00fc", action("ue")));
        assertThat(match(map, "a", "1")).isEqualTo("one");
        assertThat(match(map, "a", "12")).isEqualTo("no match");
        assertThat(match(map, "a", "\u00c3\u00bc")).as("the bytes of a letter").isEqualTo("ue");
        assertThat(match(map)).isEqualTo("no match");
        assertThat(match(map + "on_no_match { " + action("other") + "}")).isEqualTo("other");
    }

    @Test
    void aMapOfPrefixesTakesTheLongest() {
        String map =
                map(
                        "prefix_match_map",
                        entry("/", action("root")),
                        entry("/a", action("a")),
                        entry("/a/b/c", action("abc")),
                        entry("/b", action("b")));
        assertThat(match(map, "a", "/a/b")).isEqualTo("a");
        assertThat(match(map, "a", "/a/b/c/d")).isEqualTo("abc");
        assertThat(match(map, "a", "/a/b/b")).isEqualTo("a");
        assertThat(match(map, "a", "/c")).isEqualTo("root");
        assertThat(match(map, "a", "x")).isEqualTo("no match");
    }

    @Test
    void aBranchInWhichNothingMatchesCountsAsNoMatch() {
        String inner =
                "matcher { matcher_list { "
                        + branch(is("b", "exact: '1'"), action("inner"))
                        + "} }";
        String prefixes = map("prefix_match_map", entry("x", action("short")), entry("xy", inner));
        String exact =
                map("exact_match_map", entry("xy", inner))
                        + "on_no_match { "
                        + action("other")
                        + "}";
        String list =
                "matcher_list { "
                        + branch(is("a", "exact: 'xy'"), inner)
                        + branch(is("a", "exact: 'xy'"), action("next"))
                        + "}";
        assertThat(match(prefixes, "a", "xyz", "b", "1")).isEqualTo("inner");
        assertThat(match(prefixes, "a", "xyz", "b", "2")).isEqualTo("short");
        assertThat(match(exact, "a", "xy", "b", "2")).isEqualTo("other");
        assertThat(match(list, "a", "xy", "b", "2")).isEqualTo("next");
        assertThat(match(list, "a", "xy", "b", "1")).isEqualTo("inner");
    }

    @Test
    void withoutAMatcherWhatHoldsOtherwiseHoldsAlways() {
        assertThat(match("on_no_match { " + action("always") + "}")).isEqualTo("always");
        assertThat(match("")).isEqualTo("no match");
    }

    @Test
    void aMatchIsUndecidedAsLongAsAnInputIsMissing() {
        availability.put("a", Availability.NONE);
        String one = is("a", "exact: '1'");
        assertThat(match("matcher_list { " + branch(one, action("yes")) + "}"))
                .isEqualTo("undecided");
        assertThat(
                        match(
                                "matcher_list { "
                                        + branch("not_matcher { " + one + "}", action("yes"))
                                        + "}"))
                .isEqualTo("undecided");
        assertThat(match(map("exact_match_map", entry("1", action("one"))))).isEqualTo("undecided");
        String either =
                "or_matcher { predicate { "
                        + one
                        + "} predicate { "
                        + is("b", "exact: '1'")
                        + "} }";
        String list = "matcher_list { " + branch(either, action("yes")) + "}";
        assertThat(match(list, "b", "1")).isEqualTo("yes");
        assertThat(match(list, "b", "2")).isEqualTo("undecided");
    }

    @Test
    void aPartOfAValueMayDecideForButNotAgainst() {
        availability.put("a", Availability.SOME);
        String list = "matcher_list { " + branch(is("a", "prefix: '1'"), action("yes")) + "}";
        String map = map("prefix_match_map", entry("1", action("yes")));
        assertThat(match(list, "a", "1")).isEqualTo("yes");
        assertThat(match(list, "a", "2")).isEqualTo("undecided");
        assertThat(match(map, "a", "1")).isEqualTo("yes");
        assertThat(match(map, "a", "2")).isEqualTo("undecided");
    }

    @Test
    void extensionsMatchValuesAndFindBranches() {
        String list =
                "matcher_list { "
                        + branch(
                                "single_predicate { input { name: 'a' } custom_match { name: 'even'"
                                        + " } }",
                                action("even"))
                        + "}";
        assertThat(match(list, "a", "22")).isEqualTo("even");
        assertThat(match(list, "a", "22x")).isEqualTo("no match");
        String tree = "matcher_tree { input { name: 'a' } custom_match { name: 'first' } }";
        assertThat(match(tree, "a", "f")).isEqualTo("found");
        assertThat(match(tree + "on_no_match { " + action("other") + "}", "a", "g"))
                .isEqualTo("other");
    }

    @Test
    void whatIsWrongIsReportedWithItsPlace() {
        String list =
                "matcher_list { "
                        + branch(is("a", "safe_regex { regex: '(' }"), action("number 7"))
                        + branch(
                                "single_predicate { input { name: 'a number' } value_match { exact:"
                                        + " '1' } }",
                                "")
                        + "}";
        compile(list);
        assertThat(context.reported())
                .containsExactly(
                        "m.matcher_list.matchers[0].predicate.single_predicate.value_match.safe_regex.regex:"
                            + " `(` is not a regular expression of RE2: missing closing )",
                        "m.matcher_list.matchers[0].on_match.action: `number 7` is no action for"
                                + " this place",
                        "m.matcher_list.matchers[1].predicate.single_predicate: the input gives"
                                + " Long, the condition takes String",
                        "m.matcher_list.matchers[1].on_match: names neither a matcher nor an"
                                + " action");
    }

    private static String branch(String predicate, String onMatch) {
        return "matchers { predicate { " + predicate + "} on_match { " + onMatch + "} } ";
    }

    private static String is(String input, String text) {
        return "single_predicate { input { name: '" + input + "' } value_match { " + text + " } } ";
    }

    private static String action(String name) {
        return "action { name: '" + name + "' } ";
    }

    private static String entry(String key, String onMatch) {
        return "map { key: '" + key + "' value { " + onMatch + "} } ";
    }

    private static String map(String kind, String... entries) {
        return "matcher_tree { input { name: 'a' } "
                + kind
                + " { "
                + String.join("", entries)
                + "} } ";
    }

    private String match(String matcher, String... inputs) {
        values.clear();
        for (int i = 0; i < inputs.length; i += 2) {
            values.put(inputs[i], inputs[i + 1]);
        }
        MatchTree<String> tree = compile(matcher);
        assertThat(context.reported()).isEmpty();
        return switch (tree.match(NOTHING)) {
            case MatchResult.Matched<String>(String action) -> action;
            case MatchResult.NoMatch<String> _ -> "no match";
            case MatchResult.Undecided<String> _ -> "undecided";
        };
    }

    private MatchTree<String> compile(String matcher) {
        try {
            return new MatchTreeCompiler(new NamedExtensions())
                    .compile(
                            TextFormat.parse(matcher, Matcher.class),
                            Matchers.Data.NETWORK,
                            String.class,
                            context,
                            "m");
        } catch (TextFormat.ParseException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    /// Extensions that are what their name says.
    private final class NamedExtensions implements Extensions {
        @Override
        public <T> T compile(
                Category category,
                TypedExtensionConfig config,
                Class<T> template,
                FactoryContext place,
                String field) {
            return compile(
                    category, config.getName(), Any.getDefaultInstance(), template, place, field);
        }

        @Override
        public <T> T compile(
                Category category,
                String name,
                Any config,
                Class<T> template,
                FactoryContext place,
                String field) {
            return template.cast(
                    switch (category) {
                        case NETWORK_MATCHER_INPUT ->
                                name.equals("a number") ? new NumberInput() : new TestInput(name);
                        case MATCHING_ACTION -> name.startsWith("number") ? (Object) 7L : name;
                        case INPUT_MATCHER ->
                                (InputMatcher) value -> ((String) value).length() % 2 == 0;
                        case NETWORK_CUSTOM_MATCHER -> new FirstLetter();
                        default -> throw new IllegalArgumentException(category.toString());
                    });
        }
    }

    /// A value that the test sets.
    private final class TestInput implements MatchInput {
        private final String name;

        TestInput(String name) {
            this.name = name;
        }

        @Override
        public Availability availability(MatchContext match) {
            return availability.getOrDefault(name, Availability.ALL);
        }

        @Override
        public Object value(MatchContext match) {
            return values.get(name);
        }
    }

    /// An input of a class that maps and text do not take.
    private static final class NumberInput implements MatchInput {
        @Override
        public Object value(MatchContext match) {
            return 1L;
        }

        @Override
        public Class<?> type() {
            return Long.class;
        }
    }

    /// Finds a branch for what begins with `f`.
    private static final class FirstLetter implements CustomMatcherTemplate {
        @Override
        public <A> MatchTree<A> create(Context<A> node) {
            var branch =
                    Matcher.OnMatch.newBuilder()
                            .setAction(
                                    com.github.xds.core.v3.TypedExtensionConfig.newBuilder()
                                            .setName("found"))
                            .build();
            List<MatchTree<A>> found = List.of(node.onMatch(branch, "branch"), node.onNoMatch());
            return match ->
                    found.get(((String) node.input().value(match)).startsWith("f") ? 0 : 1)
                            .match(match);
        }
    }
}
