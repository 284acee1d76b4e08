package io.nuncio.kernel.route.action;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.nuncio.kernel.route.headers.HeaderText;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

/// How a route changes the path; the query stays.
public sealed interface PathRewrite {
    /// @param path with its query
    /// @param pathLength the length without query and fragment
    /// @param matchedLength the length of what the route matched
    String rewrite(String path, int pathLength, int matchedLength);

    /// @param prefix empty for none
    /// @return null for no rewrite
    static @Nullable PathRewrite of(
            String prefix, @Nullable RegexMatchAndSubstitute regex, Problems problems) {
        if (!prefix.isEmpty() && regex != null) {
            problems.add(
                    "", "has both prefix_rewrite and regex_rewrite; expected only one of them");
        }
        if (!prefix.isEmpty()) {
            return new ReplacePrefix(HeaderText.of(prefix));
        }
        if (regex == null) {
            return null;
        }
        RegexRewrite rewrite = RegexRewrite.of(regex, problems, "regex_rewrite");
        return rewrite == null ? null : new ReplaceMatches(rewrite);
    }

    /// Puts another text in place of what the route matched.
    record ReplacePrefix(String replacement) implements PathRewrite {
        @Override
        public String rewrite(String path, int pathLength, int matchedLength) {
            return replacement + path.substring(Math.min(matchedLength, path.length()));
        }
    }

    /// Replaces what an expression matches, anywhere in the path.
    record ReplaceMatches(RegexRewrite regex) implements PathRewrite {
        @Override
        public String rewrite(String path, int pathLength, int matchedLength) {
            return regex.replaceAll(path.substring(0, pathLength)) + path.substring(pathLength);
        }
    }
}
