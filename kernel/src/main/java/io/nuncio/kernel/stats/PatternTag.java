package io.nuncio.kernel.stats;

import org.jspecify.annotations.Nullable;

/// A tag found by a regular expression: group 1 is removed from the name, group 2 is the value
/// (group 1 if there is no second).
final class PatternTag implements TagExtractor {
    private final String tag;
    private final String firstToken;
    private final String mustContain;
    private final String notValue;
    private final Search search;

    private PatternTag(
            String tag, String regex, String mustContain, String notValue, Search search) {
        this.tag = tag;
        this.firstToken = literalFirstToken(regex);
        this.mustContain = mustContain;
        this.notValue = notValue;
        this.search = search;
    }

    /// @param mustContain what a name must contain to be worth the expression; empty for nothing
    /// @param notValue a value that is none; empty for none
    static PatternTag of(String tag, String regex, String mustContain, String notValue) {
        return new PatternTag(
                tag, regex, mustContain, notValue, re2(com.google.re2j.Pattern.compile(regex)));
    }

    /// A pattern from a configuration. Envoy uses the C++ standard library's expressions here,
    /// which know look-ahead; RE2 runs what it can.
    ///
    /// @throws IllegalArgumentException if it is no regular expression
    static PatternTag custom(String tag, String regex) {
        Search search;
        try {
            search = re2(com.google.re2j.Pattern.compile(regex));
        } catch (com.google.re2j.PatternSyntaxException notRe2) {
            search = backtracking(java.util.regex.Pattern.compile(regex));
        }
        return new PatternTag(tag, regex, "", "", search);
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String firstToken() {
        return firstToken;
    }

    @Override
    public boolean extract(TagExtraction extraction) {
        String name = extraction.name();
        if (!mustContain.isEmpty() && !name.contains(mustContain)) {
            return false;
        }
        Found found = search.in(name);
        if (found == null || found.value().equals(notValue)) {
            return false;
        }
        extraction.add(tag, found.value(), found.start(), found.end());
        return true;
    }

    /// The token that an expression such as `^http\.` begins with, letters and digits only; empty
    /// if it has none.
    private static String literalFirstToken(String regex) {
        if (!regex.startsWith("^")) {
            return "";
        }
        int end = 1;
        while (end < regex.length()
                && (Character.isLetterOrDigit(regex.charAt(end)) || regex.charAt(end) == '_')) {
            end++;
        }
        boolean dotFollows = regex.startsWith("\\.", end) || regex.startsWith("(?=\\.)", end);
        return end > 1 && dotFollows ? regex.substring(1, end) : "";
    }

    private static Search re2(com.google.re2j.Pattern pattern) {
        int groups = pattern.groupCount();
        return name -> {
            com.google.re2j.Matcher matcher = pattern.matcher(name);
            if (groups == 0 || !matcher.find()) {
                return null;
            }
            return found(matcher.group(1), groups > 1 ? matcher.group(2) : null, matcher.start(1));
        };
    }

    private static Search backtracking(java.util.regex.Pattern pattern) {
        return name -> {
            java.util.regex.Matcher matcher = pattern.matcher(name);
            if (!matcher.find() || matcher.groupCount() == 0) {
                return null;
            }
            return found(
                    matcher.group(1),
                    matcher.groupCount() > 1 ? matcher.group(2) : null,
                    matcher.start(1));
        };
    }

    private static @Nullable Found found(
            @Nullable String removed, @Nullable String value, int start) {
        if (removed == null || removed.isEmpty()) {
            return null;
        }
        return new Found(
                value == null || value.isEmpty() ? removed : value,
                start,
                start + removed.length());
    }

    private interface Search {
        @Nullable Found in(String name);
    }

    private record Found(String value, int start, int end) {}
}
