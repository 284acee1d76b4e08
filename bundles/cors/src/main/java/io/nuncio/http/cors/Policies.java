package io.nuncio.http.cors;

import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.TextMatcher;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Function;

/// The policies of a request's route, each question answered by the most specific level that says
/// something.
///
/// @param levels the least specific first; not empty
record Policies(List<CorsPolicy> levels) {
    /// Decides whether the policies hold at all.
    CorsPolicy mostSpecific() {
        return levels.getLast();
    }

    /// @param origin the entry of the `origin` header
    boolean allowsOrigin(HeaderMap headers, int origin) {
        for (int i = levels.size() - 1; i >= 0; i--) {
            List<TextMatcher> allowed = levels.get(i).allowOrigins();
            if (!allowed.isEmpty()) {
                return anyMatches(allowed, headers, origin);
            }
        }
        return false;
    }

    /// A matcher that takes a literal star takes every origin.
    private static boolean anyMatches(List<TextMatcher> allowed, HeaderMap headers, int origin) {
        for (TextMatcher matcher : allowed) {
            if (matcher.matches("*") || matcher.matches(headers, origin)) {
                return true;
            }
        }
        return false;
    }

    /// @return empty if no level says
    String text(Function<CorsPolicy, String> question) {
        for (int i = levels.size() - 1; i >= 0; i--) {
            String answer = question.apply(levels.get(i));
            if (!answer.isEmpty()) {
                return answer;
            }
        }
        return "";
    }

    boolean is(Function<CorsPolicy, @Nullable Boolean> question, boolean otherwise) {
        for (int i = levels.size() - 1; i >= 0; i--) {
            Boolean answer = question.apply(levels.get(i));
            if (answer != null) {
                return answer;
            }
        }
        return otherwise;
    }
}
