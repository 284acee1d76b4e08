package io.nuncio.matching;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.IPMatcher;
import com.github.xds.type.matcher.v3.Matcher;
import com.google.protobuf.TextFormat;

import io.nuncio.spi.CustomMatcherTemplate;
import io.nuncio.spi.MatchInput;
import io.nuncio.spi.MatchResult;
import io.nuncio.spi.MatchTree;
import io.nuncio.spi.Problems;
import io.nuncio.testkit.FakeFactoryContext;

import org.junit.jupiter.api.Test;

/// Branches are actions that are their own names; one called `none` matches nothing.
class IpRangeMatcherTest {
    private final Problems problems = new Problems();
    private String address;

    @Test
    void theLongestPrefixWinsAndThenTheFirst() {
        String ranges =
                range("192.0.0.0", 2, "foo")
                        + range("192.101.0.0", 10, "bar")
                        + range("192.0.0.0", 2, "late");
        assertThat(match(ranges, "192.0.100.1")).isEqualTo("foo");
        assertThat(match(ranges, "192.101.0.1")).isEqualTo("bar");
        assertThat(match(ranges, "128.0.0.1")).isEqualTo("otherwise");
    }

    @Test
    void whatIsNoAddressIsInNoRange() {
        String ranges = range("0.0.0.0", 0, "foo");
        assertThat(match(ranges, "xxx")).isEqualTo("otherwise");
        assertThat(match(ranges, null)).isEqualTo("otherwise");
        assertThat(match(ranges, "::1")).isEqualTo("otherwise");
    }

    @Test
    void aShorterRangeIsTriedWhereNothingMatchesUnlessItIsExclusive() {
        String inner = range("192.0.0.0", 2, "none");
        String outer = range("0.0.0.0", 0, "foo");
        String exclusive = outer.replace("on_match", "exclusive: true on_match");
        assertThat(match(outer + inner, "192.0.100.1")).isEqualTo("foo");
        assertThat(match(exclusive + inner, "192.0.100.1")).isEqualTo("otherwise");
        assertThat(match(exclusive + inner, "128.0.0.1")).isEqualTo("foo");
    }

    @Test
    void aWrongRangeIsReportedWithItsPlace() {
        match(range("10.0.0", 8, "foo"), "10.0.0.1");
        assertThat(problems.all())
                .hasToString(
                        "[range_matchers[0].ranges[0].address_prefix: was `10.0.0`, expected an IP"
                                + " address]");
    }

    private static String range(String prefix, int length, String action) {
        return "range_matchers { ranges { address_prefix: '%s' prefix_len { value: %d } } on_match { action { name: '%s' } } } "
                .formatted(prefix, length, action);
    }

    private String match(String config, String value) {
        address = value;
        try {
            CustomMatcherTemplate template =
                    new IpRangeMatcher()
                            .configure(
                                    TextFormat.parse(config, IPMatcher.class),
                                    new FakeFactoryContext());
            return switch (template.create(new Node()).match(new TestMatch())) {
                case MatchResult.Matched<String>(String name) -> name;
                case MatchResult.NoMatch<String> _ -> "no match";
                case MatchResult.Undecided<String> _ -> "undecided";
            };
        } catch (TextFormat.ParseException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    private final class Node implements CustomMatcherTemplate.Context<String> {
        @Override
        public MatchInput input() {
            return match -> address;
        }

        @Override
        public MatchTree<String> onMatch(Matcher.OnMatch branch, String field) {
            TypedExtensionConfig action = branch.getAction();
            return action.getName().equals("none")
                    ? match -> MatchResult.noMatch()
                    : match -> new MatchResult.Matched<>(action.getName());
        }

        @Override
        public MatchTree<String> onNoMatch() {
            return match -> new MatchResult.Matched<>("otherwise");
        }

        @Override
        public Problems problems() {
            return problems;
        }
    }
}
