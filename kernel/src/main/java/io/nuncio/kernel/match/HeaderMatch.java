package io.nuncio.kernel.match;

import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// A condition on one header (Envoy: HeaderMatcher). Several values of a header count as one,
/// joined by commas.
public final class HeaderMatch {
    private static final byte[] EMPTY = {};

    private final HeaderName name;

    /// Null for a condition on presence alone.
    private final @Nullable TextMatch value;

    private final boolean present;
    private final boolean invert;
    private final boolean missingIsEmpty;

    private HeaderMatch(
            HeaderName name, @Nullable TextMatch value, boolean present, HeaderMatcher config) {
        this.name = name;
        this.value = value;
        this.present = present;
        this.invert = config.getInvertMatch();
        this.missingIsEmpty = config.getTreatMissingHeaderAsEmpty();
    }

    /// Compiles a list of matchers that must all match; problems are reported below `field`, by
    /// position.
    public static HeaderMatch[] all(List<HeaderMatcher> configs, Problems problems, String field) {
        var compiled = new ArrayList<HeaderMatch>(configs.size());
        for (int i = 0; i < configs.size(); i++) {
            HeaderMatch match = of(configs.get(i), problems, field + "[" + i + "]");
            if (match != null) {
                compiled.add(match);
            }
        }
        return compiled.toArray(new HeaderMatch[0]);
    }

    /// Compiles Envoy's message.
    ///
    /// @return null if the name is wrong; the problem is reported
    public static @Nullable HeaderMatch of(HeaderMatcher config, Problems problems, String field) {
        HeaderName name;
        try {
            name = HeaderName.of(config.getName());
        } catch (IllegalArgumentException wrong) {
            problems.at(field + ".name").expected("the name of a header").found(config.getName());
            return null;
        }
        return switch (config.getHeaderMatchSpecifierCase()) {
            case STRING_MATCH ->
                    ofValue(
                            name,
                            TextMatch.of(
                                    config.getStringMatch(), problems, field + ".string_match"),
                            config);
            case EXACT_MATCH ->
                    // The deprecated form took an empty text for any value.
                    ofValue(
                            name,
                            config.getExactMatch().isEmpty()
                                    ? TextMatch.prefix("", false)
                                    : TextMatch.exact(config.getExactMatch(), false),
                            config);
            case SAFE_REGEX_MATCH ->
                    ofValue(
                            name,
                            TextMatch.regex(
                                    config.getSafeRegexMatch(),
                                    problems,
                                    field + ".safe_regex_match"),
                            config);
            case RANGE_MATCH ->
                    ofValue(
                            name,
                            new NumberRange(
                                    config.getRangeMatch().getStart(),
                                    config.getRangeMatch().getEnd()),
                            config);
            case PREFIX_MATCH ->
                    ofValue(name, TextMatch.prefix(config.getPrefixMatch(), false), config);
            case SUFFIX_MATCH -> ofValue(name, TextMatch.suffix(config.getSuffixMatch()), config);
            case CONTAINS_MATCH ->
                    ofValue(name, TextMatch.contains(config.getContainsMatch(), false), config);
            case PRESENT_MATCH -> new HeaderMatch(name, null, config.getPresentMatch(), config);
            case HEADERMATCHSPECIFIER_NOT_SET -> new HeaderMatch(name, null, true, config);
        };
    }

    private static HeaderMatch ofValue(HeaderName name, TextMatch value, HeaderMatcher config) {
        return new HeaderMatch(name, value, true, config);
    }

    /// True if all match; true if there are none.
    public static boolean allMatch(HeaderMatch[] all, HeaderMap headers) {
        for (HeaderMatch match : all) {
            if (!match.matches(headers)) {
                return false;
            }
        }
        return true;
    }

    public boolean matches(HeaderMap headers) {
        int entry = headers.find(name);
        if (entry < 0) {
            return missing();
        }
        if (value == null) {
            return present != invert;
        }
        if (headers.findAfter(entry, name) >= 0) {
            byte[] joined = join(headers, entry);
            return value.matches(joined, 0, joined.length) != invert;
        }
        return value.matches(headers.array(), headers.valueStart(entry), headers.valueLength(entry))
                != invert;
    }

    private boolean missing() {
        if (!missingIsEmpty) {
            // A condition on the value of a missing header never holds, not even inverted.
            return value == null && present == invert;
        }
        return (value == null ? present : value.matches(EMPTY, 0, 0)) != invert;
    }

    private byte[] join(HeaderMap headers, int first) {
        var joined = new ByteArrayOutputStream();
        for (int entry = first; entry >= 0; entry = headers.findAfter(entry, name)) {
            if (entry != first) {
                joined.write(',');
            }
            joined.write(headers.array(), headers.valueStart(entry), headers.valueLength(entry));
        }
        return joined.toByteArray();
    }
}
