package io.nuncio.kernel.route.headers;

import java.nio.charset.StandardCharsets;

/// Text of a configuration in the form that header values have: each char stands for one byte.
public final class HeaderText {
    private HeaderText() {}

    /// The bytes of the text in UTF-8, as chars.
    public static String of(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// True if a header value may have these chars.
    public static boolean valid(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == 0 || c > 0xff) {
                return false;
            }
        }
        return true;
    }
}
