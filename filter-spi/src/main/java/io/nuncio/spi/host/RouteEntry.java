package io.nuncio.spi.host;

import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// A route as the router needs it: either it answers directly or it names a cluster. Immutable; any
/// worker.
@ProviderType
public interface RouteEntry extends Route {
    /// The answer of a redirect or a direct response, null for a route to a cluster.
    @Nullable DirectResponse directResponse();

    @Override
    default boolean answersItself() {
        return directResponse() != null;
    }

    /// The cluster to route to; empty for a direct response.
    String cluster();

    /// The response status if that cluster does not exist; 503 by default.
    int clusterNotFoundStatus();

    /// Whose circuit breakers and connections the request uses.
    ResourcePriority priority();

    /// How long the upstream may take from the end of the request to the end of the response, in
    /// nanoseconds; 0 for no limit. 15 s by default.
    long timeoutNanos();

    /// When and how the request is tried again.
    default RetryPolicy retryPolicy() {
        return RetryPolicy.NONE;
    }

    /// True if an attempt that takes longer than it may goes on while another one is made.
    default boolean hedgeOnPerTryTimeout() {
        return false;
    }

    /// How many bytes of a request's body may be kept for another attempt; the stream's own limit
    /// holds besides.
    default long requestBufferLimit() {
        return Long.MAX_VALUE;
    }

    /// Changes the request headers as the route says: headers to add and remove, then host and path
    /// rewrite.
    ///
    /// @param keepOriginal true to keep what is rewritten in `x-envoy-original-path` and
    ///   `x-envoy-original-host`
    void finalizeRequestHeaders(RequestHeaders headers, StreamInfo info, boolean keepOriginal);

    /// Changes the request headers for a further attempt: `x-envoy-attempt-count` and
    /// `x-envoy-is-timeout-retry`, if they are wanted.
    ///
    /// @param attempt 2 for the first retry
    /// @param afterTimeout true if the attempt before took too long
    default void finalizeRetryHeaders(RequestHeaders headers, int attempt, boolean afterTimeout) {}

    /// Changes the response headers as the route, its virtual host and the table say.
    ///
    /// @param request what command operators read of the request, null if there is none
    void finalizeResponseHeaders(
            ResponseHeaders headers, @Nullable RequestHeaders request, StreamInfo info);

    /// A response that the route gives itself.
    interface DirectResponse {
        int status();

        /// Where a redirect points, null for a direct response.
        @Nullable String location(RequestHeaders headers);

        /// Empty if there is none.
        String body();
    }
}
