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

    /// Copies the id of the request to its response.
    void setInResponse(ResponseHeaders response, RequestHeaders request);
}
