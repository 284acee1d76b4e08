package io.nuncio.kernel.accesslog;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.function.Predicate;

/// Whether a request header is there or has a value: Envoy's header matcher. Several values of one
/// header are matched as one, joined by commas.
final class HeaderCondition implements EntryCondition {
    private final HeaderName name;
    private final @Nullable Predicate<String> value;
    private final boolean present;
    private final boolean invert;
    private final boolean missingIsEmpty;

    private HeaderCondition(
            HeaderName name,
            @Nullable Predicate<String> value,
            boolean present,
            boolean invert,
            boolean missingIsEmpty) {
        this.name = name;
        this.value = value;
        this.present = present;
        this.invert = invert;
        this.missingIsEmpty = missingIsEmpty;
    }

    static EntryCondition of(HeaderMatcher matcher, Problems problems) {
        HeaderName name;
        try {
            name = HeaderName.of(matcher.getName());
        } catch (IllegalArgumentException _) {
            problems.at("name").expected("a header name").found(matcher.getName());
            return _ -> false;
        }
        boolean present = !matcher.hasPresentMatch() || matcher.getPresentMatch();
        return new HeaderCondition(
                name,
                value(matcher, problems),
                present,
                matcher.getInvertMatch(),
                matcher.getTreatMissingHeaderAsEmpty());
    }

    /// Null if only the presence counts.
    private static @Nullable Predicate<String> value(HeaderMatcher matcher, Problems problems) {
        return switch (matcher.getHeaderMatchSpecifierCase()) {
            case EXACT_MATCH -> matcher.getExactMatch()::equals;
            case PREFIX_MATCH -> text -> text.startsWith(matcher.getPrefixMatch());
            case SUFFIX_MATCH -> text -> text.endsWith(matcher.getSuffixMatch());
            case CONTAINS_MATCH -> text -> text.contains(matcher.getContainsMatch());
            case SAFE_REGEX_MATCH ->
                    regex(
                            matcher.getSafeRegexMatch().getRegex(),
                            problems.in("safe_regex_match.regex"));
            case RANGE_MATCH ->
                    range(matcher.getRangeMatch().getStart(), matcher.getRangeMatch().getEnd());
            case STRING_MATCH -> string(matcher.getStringMatch(), problems.in("string_match"));
            case PRESENT_MATCH, HEADERMATCHSPECIFIER_NOT_SET -> null;
        };
    }

    private static Predicate<String> string(StringMatcher matcher, Problems problems) {
        boolean fold = matcher.getIgnoreCase();
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> fold ? matcher.getExact()::equalsIgnoreCase : matcher.getExact()::equals;
            case PREFIX -> folded(fold, matcher.getPrefix(), String::startsWith);
            case SUFFIX -> folded(fold, matcher.getSuffix(), String::endsWith);
            case CONTAINS -> folded(fold, matcher.getContains(), String::contains);
            case SAFE_REGEX ->
                    regex(matcher.getSafeRegex().getRegex(), problems.in("safe_regex.regex"));
            case CUSTOM, MATCHPATTERN_NOT_SET -> {
                problems.add("", "one of exact, prefix, suffix, contains, safe_regex is required");
                yield _ -> false;
            }
        };
    }

    private interface Comparison {
        boolean test(String text, String part);
    }

    private static Predicate<String> folded(boolean fold, String part, Comparison comparison) {
        if (!fold) {
            return text -> comparison.test(text, part);
        }
        String lower = part.toLowerCase(Locale.ROOT);
        return text -> comparison.test(text.toLowerCase(Locale.ROOT), lower);
    }

    private static Predicate<String> regex(String regex, Problems problems) {
        try {
            Pattern pattern = Pattern.compile(regex);
            return pattern::matches;
        } catch (PatternSyntaxException wrong) {
            problems.add("", "`" + regex + "`: " + wrong.getDescription());
            return _ -> false;
        }
    }

    private static Predicate<String> range(long start, long end) {
        return text -> {
            try {
                long number = Long.parseLong(text);
                return number >= start && number < end;
            } catch (NumberFormatException _) {
                return false;
            }
        };
    }

    @Override
    public boolean test(FormatContext context) {
        RequestHeaders headers = context.requestHeaders();
        String text = headers == null ? null : joined(headers);
        if (value == null) {
            boolean there = text != null || missingIsEmpty;
            return (there == present) != invert;
        }
        if (text == null && !missingIsEmpty) {
            return false;
        }
        return value.test(text == null ? "" : text) != invert;
    }

    private @Nullable String joined(RequestHeaders headers) {
        var all = headers.getAll(name);
        return switch (all.size()) {
            case 0 -> null;
            case 1 -> all.getFirst();
            default -> String.join(",", all);
        };
    }
}
