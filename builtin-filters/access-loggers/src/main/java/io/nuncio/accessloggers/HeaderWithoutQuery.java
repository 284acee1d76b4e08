package io.nuncio.accessloggers;

import io.nuncio.spi.FormatCommand;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

/// A request header up to its first question mark, or another if there is none of that name.
///
/// @param maxLength -1 for no limit
record HeaderWithoutQuery(HeaderName name, @Nullable HeaderName alternative, int maxLength)
        implements FormatCommand {
    @Override
    public @Nullable String text(FormatContext context) {
        RequestHeaders headers = context.requestHeaders();
        String value = headers == null ? null : headers.get(name);
        if (value == null && headers != null && alternative != null) {
            value = headers.get(alternative);
        }
        if (value == null) {
            return null;
        }
        int query = value.indexOf('?');
        int end = query < 0 ? value.length() : query;
        return value.substring(0, maxLength < 0 ? end : Math.min(end, maxLength));
    }
}
