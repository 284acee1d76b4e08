package io.nuncio.kernel.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.TextMatcher;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A condition on text that is a piece of a byte array (Envoy: StringMatcher).
public sealed interface TextMatch extends TextMatcher
        permits TextMatch.Exact,
                TextMatch.Prefix,
                TextMatch.Suffix,
                TextMatch.Contains,
                TextMatch.Regex,
                NumberRange {
    @Override
    boolean matches(byte[] bytes, int start, int length);

    /// Compiles Envoy's message; problems are reported below `field`.
    static TextMatch of(StringMatcher config, Problems problems, String field) {
        boolean ignoreCase = config.getIgnoreCase();
        return switch (config.getMatchPatternCase()) {
            case EXACT -> exact(config.getExact(), ignoreCase);
            case PREFIX -> prefix(config.getPrefix(), ignoreCase);
            case SUFFIX -> new Suffix(text(config.getSuffix(), ignoreCase), ignoreCase);
            case CONTAINS -> contains(config.getContains(), ignoreCase);
            case SAFE_REGEX -> regex(config.getSafeRegex(), problems, field + ".safe_regex");
            case CUSTOM -> {
                problems.add(field + ".custom", "string matcher extensions are not supported yet");
                yield exact("", false);
            }
            case MATCHPATTERN_NOT_SET -> {
                problems.add(
                        field,
                        "names no pattern; expected one of exact, prefix, suffix, contains,"
                                + " safe_regex");
                yield exact("", false);
            }
        };
    }

    static TextMatch exact(String text, boolean ignoreCase) {
        return new Exact(text(text, ignoreCase), ignoreCase);
    }

    static TextMatch prefix(String text, boolean ignoreCase) {
        return new Prefix(text(text, ignoreCase), ignoreCase);
    }

    static TextMatch suffix(String text) {
        return new Suffix(text(text, false), false);
    }

    static TextMatch contains(String text, boolean ignoreCase) {
        return new Contains(text(text, ignoreCase), ignoreCase);
    }

    /// A regular expression that must match the whole text.
    static TextMatch regex(RegexMatcher config, Problems problems, String field) {
        try {
            return new Regex(Pattern.compile(config.getRegex()));
        } catch (PatternSyntaxException wrong) {
            problems.add(
                    field + ".regex",
                    "`"
                            + config.getRegex()
                            + "` is not a regular expression of RE2: "
                            + wrong.getDescription());
            return exact("", false);
        }
    }

    private static byte[] text(String text, boolean ignoreCase) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (ignoreCase) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = lower(bytes[i]);
            }
        }
        return bytes;
    }

    /// The lower case of an ASCII letter, any other byte as it is.
    static byte lower(byte value) {
        return value >= 'A' && value <= 'Z' ? (byte) (value + 32) : value;
    }

    private static boolean regionEquals(byte[] text, byte[] bytes, int start, boolean ignoreCase) {
        if (!ignoreCase) {
            int last = text.length - 1;
            // Paths begin alike, so most that differ are told apart by the last byte.
            return last < 0
                    || bytes[start + last] == text[last]
                            && Arrays.equals(bytes, start, start + last, text, 0, last);
        }
        for (int i = 0; i < text.length; i++) {
            if (lower(bytes[start + i]) != text[i]) {
                return false;
            }
        }
        return true;
    }

    /// The whole text.
    record Exact(byte[] text, boolean ignoreCase) implements TextMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return length == text.length && regionEquals(text, bytes, start, ignoreCase);
        }
    }

    /// How the text begins.
    record Prefix(byte[] text, boolean ignoreCase) implements TextMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return length >= text.length && regionEquals(text, bytes, start, ignoreCase);
        }
    }

    /// How the text ends.
    record Suffix(byte[] text, boolean ignoreCase) implements TextMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return length >= text.length
                    && regionEquals(text, bytes, start + length - text.length, ignoreCase);
        }
    }

    /// What stands anywhere in the text.
    record Contains(byte[] text, boolean ignoreCase) implements TextMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            for (int at = start; at <= start + length - text.length; at++) {
                if (regionEquals(text, bytes, at, ignoreCase)) {
                    return true;
                }
            }
            return false;
        }
    }

    /// A regular expression; works on UTF-8, as Envoy's does.
    record Regex(Pattern pattern) implements TextMatch {
        @Override
        public boolean matches(byte[] bytes, int start, int length) {
            return pattern.matcher(Arrays.copyOfRange(bytes, start, start + length)).matches();
        }
    }
}
