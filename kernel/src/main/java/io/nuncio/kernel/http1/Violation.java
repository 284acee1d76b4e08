package io.nuncio.kernel.http1;

/// What a message may be refused for, with the status of the answer, Envoy's response code details
/// and the words of the log.
enum Violation {
    METHOD(400, Details.CODEC_ERROR, "HPE_INVALID_METHOD"),
    TARGET(400, Details.CODEC_ERROR, "HPE_INVALID_URL"),
    ABSOLUTE_TARGET(400, "http1.invalid_url", "invalid url in request line"),
    SCHEME(400, "http1.invalid_scheme", "invalid scheme"),
    VERSION(400, Details.CODEC_ERROR, "HPE_INVALID_VERSION"),
    OLD_VERSION(426, "low_version", "", "Upgrade required for HTTP/1.0 or HTTP/0.9"),
    STATUS_LINE(502, Details.CODEC_ERROR, "HPE_INVALID_CONSTANT"),
    STATUS(502, Details.CODEC_ERROR, "FAILED_CONVERTING_STATUS_CODE_TO_INT"),
    LINE_END(400, Details.CODEC_ERROR, "carriage return without line feed"),
    FIELD_NAME(400, Details.CODEC_ERROR, "HPE_INVALID_HEADER_TOKEN"),
    FIELD_VALUE(400, "http1.invalid_characters", "header value contains invalid chars"),
    UNDERSCORE(400, "http1.unexpected_underscore", "header name contains underscores"),
    TOO_LARGE(431, "http1.headers_too_large", "headers size exceeds limit"),
    TOO_MANY(431, "http1.too_many_headers", "headers count exceeds limit"),
    CONTENT_LENGTH(400, Details.CODEC_ERROR, "UNPARSABLE_CONTENT_LENGTH"),
    TWO_CONTENT_LENGTHS(400, Details.CODEC_ERROR, "HPE_UNEXPECTED_CONTENT_LENGTH"),
    LENGTH_AND_CODING(
            400,
            "http1.content_length_and_chunked_not_allowed",
            "both 'Content-Length' and 'Transfer-Encoding' are set."),
    CODING(501, "http1.invalid_transfer_encoding", "unsupported transfer encoding"),
    CODING_NOT_ALLOWED(
            502,
            "http1.transfer_encoding_not_allowed",
            "transfer encoding not allowed in 1xx or 204"),
    LENGTH_NOT_ALLOWED(
            502, "http1.content_length_not_allowed", "content length not allowed in 1xx or 204"),
    SWITCH_NOT_ASKED(502, Details.CODEC_ERROR, "switching protocols without being asked"),
    CONNECT_BODY(400, "http1.body_disallowed", "unsupported content length"),
    NOMINATED_HEADERS(
            400,
            "http1.connection_header_rejected",
            "",
            "Invalid nominated headers in Connection."),
    AUTHORITY(400, "http.invalid_authority", "request headers failed spec compliance checks"),
    CHUNK(400, Details.CODEC_ERROR, "HPE_INVALID_CHUNK_SIZE");

    final int status;
    final String details;
    final String message;

    Violation(int status, String details, String words) {
        this(status, details, "http/1.1 protocol error: ", words);
    }

    Violation(int status, String details, String before, String words) {
        this.status = status;
        this.details = details;
        this.message = before + words;
    }

    private static final class Details {
        static final String CODEC_ERROR = "http1.codec_error";
    }
}
