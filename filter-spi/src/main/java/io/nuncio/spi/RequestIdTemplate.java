package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Makes request ids. Immutable; any worker.
@ConsumerType
public interface RequestIdTemplate {
    /// Sees to it that the request has an id.
    ///
    /// @param edge true if the request comes from outside
    /// @param keepExternal true if an id from outside is to be kept
    void set(RequestHeaders headers, Worker worker, boolean edge, boolean keepExternal);

    /// A number that is the same wherever the id is, for samples; -1 if the request has none.
    default long number(RequestHeaders headers) {
        return -1;
    }

    /// What the id says of tracing.
    default TraceReason traceReason(RequestHeaders headers) {
        return TraceReason.NOT_TRACEABLE;
    }

    /// Makes the id say so, if that is how it works.
    default void traceReason(RequestHeaders headers, TraceReason reason) {}

    /// True if [#number] decides which requests are sampled for tracing.
    default boolean decidesTracing() {
        return true;
    }

    /// Copies the id of the request to its response.
    void setInResponse(ResponseHeaders response, RequestHeaders request);
}
