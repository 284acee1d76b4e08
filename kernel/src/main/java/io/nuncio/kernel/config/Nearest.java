package io.nuncio.kernel.config;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// Finds the valid name that a person most likely meant.
public final class Nearest {
    private static final int LONGEST = 200;
    private static final int MOST_EDITS = 3;

    private Nearest() {}

    /// The nearest candidate, or null if none is near; letter case, dashes and underscores count
    /// nothing.
    static @Nullable String to(String written, Iterable<String> candidates) {
        if (written.length() > LONGEST) {
            return null;
        }
        String wanted = plain(written);
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        for (String candidate : candidates) {
            String offered = plain(candidate);
            int distance = distance(wanted, offered);
            // A name that is complete but for its beginning or end is as good as two typing errors.
            if (distance > 2
                    && wanted.length() >= 4
                    && (offered.startsWith(wanted) || offered.endsWith(wanted))) {
                distance = 2;
            }
            if (distance < bestDistance) {
                bestDistance = distance;
                best = candidate;
            }
        }
        return bestDistance <= Math.clamp(wanted.length() / 3, 1, MOST_EDITS) ? best : null;
    }

    /// `; did you mean ...?` with the nearest candidate, or nothing.
    public static String hint(String written, Iterable<String> candidates) {
        String near = to(written, candidates);
        return near == null ? "" : "; did you mean `" + near + "`?";
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    /// Edits between two words; swapping two neighbours is one edit.
    private static int distance(String a, String b) {
        int[] beforeLast = new int[b.length() + 1];
        int[] last = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replace, Math.min(last[j], current[j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1)) {
                    current[j] = Math.min(current[j], beforeLast[j - 2] + 1);
                }
            }
            int[] reused = beforeLast;
            beforeLast = last;
            last = current;
            current = reused;
        }
        return last[b.length()];
    }
}
