package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// A response that the proxy makes itself (Envoy: sendLocalReply).
///
/// Returned as an outcome when the filter knows it at once, or handed to [Stream#reply] later. It
/// passes the response callbacks of all filters, as a response does, and the connection manager's
/// `local_reply_config`; gRPC requests get it as a gRPC status. Build it on the worker and do not
/// change it once handed over.
public final class LocalReply implements HeadersOutcome, DataOutcome, TrailersOutcome {
    /// A header to add to, or set on, the reply.
    public record Header(HeaderName name, String value, boolean append) {}

    private final int status;
    private String body = "";
    private String details = "";
    private int grpcStatus = -1;
    private @Nullable ResponseFlag flag;
    private @Nullable List<Header> headers;

    private LocalReply(int status) {
        this.status = status;
    }

    /// @param status an HTTP status, 200 to 599
    public static LocalReply reply(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status " + status + " is not between 200 and 599");
        }
        return new LocalReply(status);
    }

    /// The response code details for logs, one word without white space, such as
    /// `jwt_authn_access_denied{...}`.
    public LocalReply details(String text) {
        details = text;
        return this;
    }

    /// The body, sent as `text/plain` unless a header says otherwise; the gRPC message for gRPC
    /// requests.
    public LocalReply body(String text) {
        body = text;
        return this;
    }

    /// The gRPC status for gRPC requests; by default it follows from the HTTP status.
    public LocalReply grpcStatus(int code) {
        grpcStatus = code;
        return this;
    }

    /// The response flag for logs.
    public LocalReply flag(ResponseFlag responseFlag) {
        flag = responseFlag;
        return this;
    }

    /// Sets a header of the reply.
    public LocalReply header(HeaderName name, String value) {
        return header(name, value, false);
    }

    /// Adds (`append`) or sets a header of the reply.
    public LocalReply header(HeaderName name, String value, boolean append) {
        if (headers == null) {
            headers = new ArrayList<>(2);
        }
        headers.add(new Header(name, value, append));
        return this;
    }

    public int status() {
        return status;
    }

    public String body() {
        return body;
    }

    public String details() {
        return details;
    }

    public OptionalInt grpcStatus() {
        return grpcStatus < 0 ? OptionalInt.empty() : OptionalInt.of(grpcStatus);
    }

    public @Nullable ResponseFlag flag() {
        return flag;
    }

    public List<Header> headers() {
        return headers == null ? List.of() : List.copyOf(headers);
    }
}
