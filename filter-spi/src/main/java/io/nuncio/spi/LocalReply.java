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
    public record Header(HeaderName name, String value, boolean append) implements Change {}

    /// One step of what becomes of the reply's headers.
    private sealed interface Change {}

    private record Removal(HeaderName name) implements Change {}

    private record Compiled(HeaderChanges changes) implements Change {}

    private final int status;
    private String body = "";
    private String details = "";
    private int grpcStatus = -1;
    private @Nullable ResponseFlag flag;
    private @Nullable List<Change> changes;

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
        return change(new Header(name, value, append));
    }

    /// Adds and overwrites headers of the reply as a configuration says; command operators in
    /// values read the stream, with the reply's status as its response code.
    public LocalReply headers(HeaderChanges compiled) {
        return compiled.isEmpty() ? this : change(new Compiled(compiled));
    }

    /// Removes a header that the route gave the reply, or that an earlier call did.
    public LocalReply removeHeader(HeaderName name) {
        return change(new Removal(name));
    }

    private LocalReply change(Change change) {
        if (changes == null) {
            changes = new ArrayList<>(2);
        }
        changes.add(change);
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

    /// The headers that [#header] gave it.
    public List<Header> headers() {
        var given = new ArrayList<Header>();
        if (changes != null) {
            for (Change change : changes) {
                if (change instanceof Header header) {
                    given.add(header);
                }
            }
        }
        return List.copyOf(given);
    }

    /// True if [#applyHeaders] changes anything.
    public boolean changesHeaders() {
        return changes != null;
    }

    /// Changes headers as the reply says, in the order in which it was said; for whoever sends it.
    ///
    /// @param context what the command operators in values read
    public void applyHeaders(HeaderMap headers, FormatContext context) {
        if (changes == null) {
            return;
        }
        for (Change change : changes) {
            switch (change) {
                case Header header when header.append() ->
                        headers.add(header.name(), header.value());
                case Header header -> headers.set(header.name(), header.value());
                case Removal removal -> headers.remove(removal.name());
                case Compiled compiled -> compiled.changes().apply(headers, context);
            }
        }
    }
}
