package io.nuncio.spi;

import io.nuncio.spi.host.RetryPolicy;

import java.time.Duration;

/// A request of the proxy's own, under construction: `CallRequest.to("auth").get("/check")`. For
/// one call; belongs to it once it has begun.
public final class CallRequest {
    private static final long MAX_RESPONSE_BYTES = 32 * 1024 * 1024;

    private final String cluster;
    private final RequestHeaders headers;
    private final Buffer body = new Buffer();
    private RetryPolicy retryPolicy = RetryPolicy.NONE;
    private long timeoutNanos;
    private long maxResponseBytes = MAX_RESPONSE_BYTES;
    private boolean envoyHeaders = true;

    private CallRequest(String cluster, RequestHeaders headers) {
        this.cluster = cluster;
        this.headers = headers;
    }

    /// A `GET` of `/` with the cluster's name as its authority.
    public static CallRequest to(String cluster) {
        return new CallRequest(cluster, RequestHeaders.of("GET", "http", cluster, "/"));
    }

    /// @param headers the call's from now on; must have method, path and authority
    public static CallRequest to(String cluster, RequestHeaders headers) {
        return new CallRequest(cluster, headers);
    }

    public CallRequest get(String path) {
        return method("GET", path);
    }

    public CallRequest post(String path) {
        return method("POST", path);
    }

    public CallRequest method(String method, String path) {
        headers.method(method);
        headers.path(path);
        return this;
    }

    public CallRequest authority(String authority) {
        headers.authority(authority);
        return this;
    }

    public CallRequest header(HeaderName name, String value) {
        headers.add(name, value);
        return this;
    }

    /// Adds to the body; `content-length` is set by the call if the body is the whole one.
    public CallRequest body(byte[] bytes) {
        body.append(bytes);
        return this;
    }

    /// Adds to the body, in UTF-8.
    public CallRequest body(String text) {
        body.append(text);
        return this;
    }

    /// Adds to the body; `data` is emptied.
    public CallRequest body(Buffer data) {
        data.moveTo(body);
        return this;
    }

    /// How long the response may take from the end of the request, all attempts together; none by
    /// default, as is zero.
    public CallRequest timeout(Duration limit) {
        timeoutNanos = limit.toNanos();
        return this;
    }

    /// When the call is tried again; by default never. See [FactoryContext#retryPolicy].
    public CallRequest retryPolicy(RetryPolicy policy) {
        retryPolicy = policy;
        return this;
    }

    /// The largest response that is collected, in bytes; 32 MiB by default. Streams have no limit.
    public CallRequest maxResponseBytes(long limit) {
        maxResponseBytes = limit;
        return this;
    }

    /// False to send neither `x-envoy-*` headers nor `x-forwarded-for`; true by default.
    public CallRequest envoyHeaders(boolean send) {
        envoyHeaders = send;
        return this;
    }

    public String cluster() {
        return cluster;
    }

    public RequestHeaders headers() {
        return headers;
    }

    public Buffer body() {
        return body;
    }

    public long timeoutNanos() {
        return timeoutNanos;
    }

    public RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    public long maxResponseBytes() {
        return maxResponseBytes;
    }

    public boolean envoyHeaders() {
        return envoyHeaders;
    }
}
