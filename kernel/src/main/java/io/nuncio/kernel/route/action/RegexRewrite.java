package io.nuncio.kernel.route.action;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.nuncio.kernel.route.headers.HeaderText;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

/// Replaces every match of a regular expression, with RE2's way of writing substitutions: `\1` for
/// the first group, `\0` for the whole match, `\\` for a backslash.
public final class RegexRewrite {
    private final Pattern pattern;

    private final String substitution;

    private RegexRewrite(Pattern pattern, String substitution) {
        this.pattern = pattern;
        this.substitution = substitution;
    }

    /// @return null if the expression or the substitution is wrong; the problem is reported
    public static @Nullable RegexRewrite of(
            RegexMatchAndSubstitute config, Problems problems, String field) {
        String regex = config.getPattern().getRegex();
        Pattern pattern;
        try {
            pattern = Pattern.compile(HeaderText.of(regex));
        } catch (PatternSyntaxException wrong) {
            problems.add(
                    field + ".pattern.regex",
                    "`"
                            + regex
                            + "` is not a regular expression of RE2: "
                            + wrong.getDescription());
            return null;
        }
        String substitution = HeaderText.of(config.getSubstitution());
        String mistake = mistake(substitution, pattern.groupCount());
        if (mistake != null) {
            problems.add(field + ".substitution", mistake);
            return null;
        }
        return new RegexRewrite(pattern, substitution);
    }

    private static @Nullable String mistake(String substitution, int groups) {
        for (int i = 0; i < substitution.length(); i++) {
            if (substitution.charAt(i) != '\\') {
                continue;
            }
            i++;
            if (i == substitution.length()) {
                return "ends with a backslash; write two for one";
            }
            char next = substitution.charAt(i);
            if (next != '\\' && (next < '0' || next > '9')) {
                return "has `\\" + next + "`; after a backslash expected a digit or a backslash";
            }
            if (next != '\\' && next - '0' > groups) {
                return "has `\\" + next + "`, but the pattern has " + groups + " groups";
            }
        }
        return null;
    }

    /// @param text each char one byte
    public String replaceAll(String text) {
        Matcher matcher = pattern.matcher(text);
        var result = new StringBuilder(text.length() + substitution.length());
        int copied = 0;
        int lastEnd = -1;
        while (matcher.find()) {
            boolean emptyAfterMatch =
                    matcher.start() == matcher.end() && matcher.start() == lastEnd;
            if (!emptyAfterMatch) {
                result.append(text, copied, matcher.start());
                substitute(matcher, result);
                copied = matcher.end();
            }
            lastEnd = matcher.end();
        }
        return result.append(text, copied, text.length()).toString();
    }

    private void substitute(Matcher matcher, StringBuilder result) {
        for (int i = 0; i < substitution.length(); i++) {
            char c = substitution.charAt(i);
            if (c != '\\') {
                result.append(c);
                continue;
            }
            i++;
            char next = substitution.charAt(i);
            String group = next == '\\' ? "\\" : matcher.group(next - '0');
            if (group != null) {
                result.append(group);
            }
        }
    }
}
