package io.nuncio.testkit.conformance;

import java.util.Locale;

/// The callbacks of a filter in which something may happen.
enum Moment {
    REQUEST_HEADERS,
    REQUEST_DATA,
    REQUEST_TRAILERS,
    RESPONSE_HEADERS,
    RESPONSE_DATA,
    RESPONSE_TRAILERS;

    /// For people.
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
