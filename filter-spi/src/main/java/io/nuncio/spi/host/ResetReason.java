package io.nuncio.spi.host;

/// Why a stream ended before its time.
public enum ResetReason {
    LOCAL_RESET("local reset"),
    LOCAL_REFUSED_STREAM_RESET("local refused stream reset"),
    REMOTE_RESET("remote reset"),
    REMOTE_REFUSED_STREAM_RESET("remote refused stream reset"),
    LOCAL_CONNECTION_FAILURE("local connection failure"),
    REMOTE_CONNECTION_FAILURE("remote connection failure"),
    CONNECTION_TIMEOUT("connection timeout"),
    CONNECTION_TERMINATION("connection termination"),
    OVERFLOW("overflow"),
    CONNECT_ERROR("remote error with CONNECT request"),
    PROTOCOL_ERROR("protocol error"),
    OVERLOAD_MANAGER("overload manager reset"),
    HTTP1_PREMATURE_UPSTREAM_HALF_CLOSE("HTTP/1 premature upstream half close");

    private final String text;
    private final String details;

    ResetReason(String text) {
        this.text = text;
        this.details = text.replace(' ', '_');
    }

    /// In words, as the body of Envoy's 503 says it.
    public String text() {
        return text;
    }

    /// In one word, as response code details say it.
    public String details() {
        return details;
    }
}
