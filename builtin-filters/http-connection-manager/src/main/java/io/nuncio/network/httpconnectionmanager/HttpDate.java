package io.nuncio.network.httpconnectionmanager;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The `date` header (RFC 9110 section 5.6.7), formatted once a second.
final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    /// One second and its text.
    private record Second(long epochSecond, String text) {}

    /// Any worker may replace it: a race costs one more formatting, never a wrong text.
    private volatile Second last = new Second(Long.MIN_VALUE, "");

    String text(long epochMillis) {
        long second = Math.floorDiv(epochMillis, 1000L);
        Second now = last;
        if (now.epochSecond != second) {
            now = new Second(second, FORMAT.format(Instant.ofEpochSecond(second)));
            last = now;
        }
        return now.text;
    }
}
