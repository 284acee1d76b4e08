package io.nuncio.http.router;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

/// What came of a request after its headers, kept for another attempt.
///
/// | limit | default | when exceeded |
/// | --- | --- | --- |
/// | `per_request_buffer_limit_bytes` | none | no further attempt, `retry_or_shadow_abandoned` |
/// | the stream's buffer limit | 1 MiB | the same |
final class KeptRequest {
    private final long limit;
    private final Buffer body = new Buffer();
    private @Nullable Trailers trailers;

    /// @param limit in bytes
    KeptRequest(long limit) {
        this.limit = limit;
    }

    /// True if so much more of the body may be kept.
    boolean hasRoomFor(int bytes) {
        return body.length() + (long) bytes <= limit;
    }

    /// @param data left as it is
    void add(Buffer data) {
        body.appendCopyOf(data);
    }

    void trailers(Trailers last) {
        trailers = last;
    }

    /// For one attempt.
    Buffer copyOfBody() {
        var copy = new Buffer();
        copy.appendCopyOf(body);
        return copy;
    }

    @Nullable Trailers trailers() {
        return trailers;
    }

    void clear() {
        body.clear();
    }
}
