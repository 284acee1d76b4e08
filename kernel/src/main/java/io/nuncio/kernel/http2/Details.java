package io.nuncio.kernel.http2;

/// Response code details, Envoy's words.
final class Details {
    static final String INVALID_HEADER = "http2.invalid.header.field";
    static final String MESSAGING = "http2.violation.of.messaging.rule";
    static final String TOO_MANY_HEADERS = "http2.too_many_headers";
    static final String OUTBOUND_FLOOD = "http2.outbound_frames_flood";
    static final String EMPTY_FRAMES = "http2.inbound_empty_frames_flood";
    static final String UNDERSCORE = "http2.unexpected_underscore";
    static final String REMOTE_REFUSED = "http2.remote_refuse";
    static final String REMOTE_RESET = "http2.remote_reset";

    private Details() {}
}
