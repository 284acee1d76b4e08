package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

/// A whole response.
///
/// @param body only valid within the callback that gets it
/// @param trailers null if there were none
public record CallResponse(ResponseHeaders headers, Buffer body, @Nullable Trailers trailers)
        implements CallResult {
    public int status() {
        return headers.status();
    }
}
