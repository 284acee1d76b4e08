package io.nuncio.kernel.stats;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Problems;

import java.util.Locale;
import java.util.function.Predicate;

/// The matcher of a configuration, compiled for names of statistics.
final class StatNameMatch {
    private StatNameMatch() {}

    /// A matcher that was wrong is reported and matches nothing.
    static Predicate<String> from(StringMatcher message, Problems problems) {
        boolean ignoreCase = message.getIgnoreCase();
        return switch (message.getMatchPatternCase()) {
            case EXACT -> {
                String exact = message.getExact();
                yield ignoreCase ? exact::equalsIgnoreCase : exact::equals;
            }
            case PREFIX -> {
                String prefix = message.getPrefix();
                yield name -> name.regionMatches(ignoreCase, 0, prefix, 0, prefix.length());
            }
            case SUFFIX -> {
                String suffix = message.getSuffix();
                yield name ->
                        name.regionMatches(
                                ignoreCase,
                                name.length() - suffix.length(),
                                suffix,
                                0,
                                suffix.length());
            }
            case CONTAINS -> contains(message.getContains(), ignoreCase);
            case SAFE_REGEX -> regex(message.getSafeRegex().getRegex(), problems.in("safe_regex"));
            case CUSTOM -> {
                problems.at("custom")
                        .because("a custom matcher cannot match the names of statistics");
                yield _ -> false;
            }
            case MATCHPATTERN_NOT_SET -> {
                problems.at("").because("has no match pattern");
                yield _ -> false;
            }
        };
    }

    private static Predicate<String> contains(String part, boolean ignoreCase) {
        if (!ignoreCase) {
            return name -> name.contains(part);
        }
        String lowerPart = part.toLowerCase(Locale.ROOT);
        return name -> name.toLowerCase(Locale.ROOT).contains(lowerPart);
    }

    private static Predicate<String> regex(String regex, Problems problems) {
        try {
            Pattern pattern = Pattern.compile(regex);
            return pattern::matches;
        } catch (PatternSyntaxException invalid) {
            problems.at("regex")
                    .expected("a regular expression of RE2")
                    .because(String.valueOf(invalid.getMessage()));
            return _ -> false;
        }
    }
}
