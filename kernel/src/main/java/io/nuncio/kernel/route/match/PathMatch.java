package io.nuncio.kernel.route.match;

import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.nuncio.kernel.match.TextMatch;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// A condition on the path without its query, and how much of the path it speaks of: a prefix
/// rewrite replaces that part.
public sealed interface PathMatch {
    /// Every path.
    PathMatch ANY = new Prefix(TextMatch.prefix("", false), 0);

    /// @param start where the path starts in `bytes`
    boolean matches(byte[] bytes, int start, int length);

    /// How many bytes of a path of the given length the match stands for.
    int matchedLength(int pathLength);

    /// Compiles the path part of a route's match.
    ///
    /// @return null if there is none that is supported; the problem is reported
    static @Nullable PathMatch of(RouteMatch match, Problems problems) {
        boolean ignoreCase = match.hasCaseSensitive() && !match.getCaseSensitive().getValue();
        return switch (match.getPathSpecifierCase()) {
            case PREFIX ->
                    new Prefix(
                            TextMatch.prefix(match.getPrefix(), ignoreCase),
                            length(match.getPrefix()));
            case PATH -> new Exact(TextMatch.exact(match.getPath(), ignoreCase));
            case SAFE_REGEX ->
                    new Regex(TextMatch.regex(match.getSafeRegex(), problems, "safe_regex"));
            case PATH_SEPARATED_PREFIX ->
                    new SeparatedPrefix(
                            TextMatch.prefix(match.getPathSeparatedPrefix(), ignoreCase),
                            length(match.getPathSeparatedPrefix()));
            case CONNECT_MATCHER -> unsupported("connect_matcher", problems);
            case PATH_MATCH_POLICY -> unsupported("path_match_policy", problems);
            case PATHSPECIFIER_NOT_SET -> {
                problems.add(
                        "",
                        "names no path; expected one of prefix, path, safe_regex,"
                                + " path_separated_prefix");
                yield null;
            }
        };
    }

    private static @Nullable PathMatch unsupported(String field, Problems problems) {
        problems.add(field, "is not supported yet");
        return null;
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /// How the path begins.
    record Prefix(TextMatch text, int textLength) implements PathMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return text.matches(bytes, start, length);
        }

        @Override
        public int matchedLength(int pathLength) {
            return textLength;
        }
    }

    /// How the path begins, up to a slash or the end.
    record SeparatedPrefix(TextMatch text, int textLength) implements PathMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return text.matches(bytes, start, length)
                    && (length == textLength || bytes[start + textLength] == '/');
        }

        @Override
        public int matchedLength(int pathLength) {
            return textLength;
        }
    }

    /// The whole path.
    record Exact(TextMatch text) implements PathMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return text.matches(bytes, start, length);
        }

        @Override
        public int matchedLength(int pathLength) {
            return pathLength;
        }
    }

    /// A regular expression for the whole path.
    record Regex(TextMatch text) implements PathMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return text.matches(bytes, start, length);
        }

        @Override
        public int matchedLength(int pathLength) {
            return pathLength;
        }
    }
}
