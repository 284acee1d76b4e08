package io.nuncio.kernel.stats;

/// A tag whose value is a token of the name, described token by token: `$` is the value, `*` any
/// token, `**` any number of tokens (at the end: one or more), anything else itself.
final class TokenTag implements TagExtractor {
    private static final String VALUE = "$";
    private static final String ANY = "*";
    private static final String ANY_NUMBER = "**";

    private final String tag;
    private final String[] pattern;

    TokenTag(String tag, String pattern) {
        this.tag = tag;
        this.pattern = pattern.split("\\.");
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String firstToken() {
        String first = pattern[0];
        return first.equals(VALUE) || first.equals(ANY) || first.equals(ANY_NUMBER) ? "" : first;
    }

    @Override
    public boolean extract(TagExtraction extraction) {
        String[] tokens = extraction.tokens();
        int value = find(tokens, 0, 0, -1);
        if (value < 0) {
            return false;
        }
        int start = 0;
        for (int i = 0; i < value; i++) {
            start += tokens[i].length() + 1;
        }
        int end = start + tokens[value].length();
        if (value < tokens.length - 1) {
            end++; // with the dot after it
        } else if (start > 0) {
            start--; // the last token, with the dot before it
        }
        extraction.add(tag, tokens[value], start, end);
        return true;
    }

    /// @param value where the value was found so far, -1 if nowhere
    /// @return where the value is, -1 if the rest does not match
    private int find(String[] tokens, int token, int part, int value) {
        for (; token < tokens.length && part < pattern.length; token++, part++) {
            String expected = pattern[part];
            if (expected.equals(VALUE)) {
                value = token;
            } else if (expected.equals(ANY_NUMBER)) {
                if (part == pattern.length - 1) {
                    return value;
                }
                for (int next = token; next < tokens.length; next++) {
                    int found = find(tokens, next, part + 1, value);
                    if (found >= 0) {
                        return found;
                    }
                }
                return -1;
            } else if (!expected.equals(ANY) && !expected.equals(tokens[token])) {
                return -1;
            }
        }
        return token == tokens.length && part == pattern.length ? value : -1;
    }
}
