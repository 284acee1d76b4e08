package io.nuncio.kernel.route.match;

import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.nuncio.kernel.match.TextMatch;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A condition on the first value of a query parameter; names and values are taken as they stand in
/// the path, not decoded.
public final class QueryParameterMatch {
    private final byte[] name;
    private final @Nullable TextMatch value;
    private final boolean present;

    private QueryParameterMatch(byte[] name, @Nullable TextMatch value, boolean present) {
        this.name = name;
        this.value = value;
        this.present = present;
    }

    /// Compiles a list of matchers that must all match; problems are reported below `field`, by
    /// position.
    public static QueryParameterMatch[] all(
            List<QueryParameterMatcher> configs, Problems problems, String field) {
        var compiled = new QueryParameterMatch[configs.size()];
        for (int i = 0; i < compiled.length; i++) {
            QueryParameterMatcher config = configs.get(i);
            byte[] name = config.getName().getBytes(StandardCharsets.UTF_8);
            compiled[i] =
                    switch (config.getQueryParameterMatchSpecifierCase()) {
                        case STRING_MATCH ->
                                new QueryParameterMatch(
                                        name,
                                        TextMatch.of(
                                                config.getStringMatch(),
                                                problems,
                                                field + "[" + i + "].string_match"),
                                        true);
                        case PRESENT_MATCH ->
                                new QueryParameterMatch(name, null, config.getPresentMatch());
                        case QUERYPARAMETERMATCHSPECIFIER_NOT_SET ->
                                new QueryParameterMatch(name, null, true);
                    };
        }
        return compiled;
    }

    /// @param start where the query starts in `bytes`, after the question mark
    public boolean matches(byte[] bytes, int start, int limit) {
        for (int at = start; at < limit; ) {
            int end = indexOf(bytes, '&', at, limit);
            int equals = indexOf(bytes, '=', at, end);
            if (Arrays.equals(bytes, at, equals, name, 0, name.length)) {
                int valueStart = Math.min(equals + 1, end);
                return value == null ? present : value.matches(bytes, valueStart, end - valueStart);
            }
            at = end + 1;
        }
        return !present;
    }

    /// The parameter's name in UTF-8.
    public byte[] name() {
        return name;
    }

    /// Whether a parameter that was looked up and decoded matches.
    ///
    /// @param decoded its first value, null if it is absent
    public boolean matches(byte @Nullable [] decoded) {
        if (decoded == null) {
            return !present;
        }
        return value == null ? present : value.matches(decoded, 0, decoded.length);
    }

    private static int indexOf(byte[] bytes, char wanted, int from, int limit) {
        int at = from;
        while (at < limit && bytes[at] != wanted) {
            at++;
        }
        return at;
    }
}
