package io.nuncio.network.tcpproxy;

import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;

/// What the filters before this one left for it in the connection's filter state: texts, or what
/// prints as one.
final class FilterStateText {
    private FilterStateText() {}

    /// Null if there is nothing of that key, or nothing that has a text.
    static @Nullable String of(StreamInfo info, String key) {
        return FilterStateObject.textOf(info.filterState(key));
    }

    static boolean isTrue(StreamInfo info, String key) {
        return "true".equals(of(info, key));
    }

    /// A whole number that is not negative, -1 if there is none.
    static long number(StreamInfo info, String key) {
        String text = of(info, key);
        if (text == null) {
            return -1;
        }
        try {
            return Math.max(-1, Long.parseLong(text));
        } catch (NumberFormatException noNumber) {
            return -1;
        }
    }
}
