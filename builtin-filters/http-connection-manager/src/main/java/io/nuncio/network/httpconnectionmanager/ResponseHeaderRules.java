package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeaderNames;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// What the connection manager does to every response's headers after all filters saw them.
///
/// @param via empty for none
/// @param alwaysSendRequestId true to answer with `x-request-id` even where no trace was forced
record ResponseHeaderRules(
        String serverName,
        ServerHeaderTransformation serverTransformation,
        String via,
        boolean alwaysSendRequestId,
        HttpDate date) {
    private static final HeaderNames HOP_BY_HOP =
            HeaderNames.of(
                    HeaderName.CONNECTION,
                    HeaderName.UPGRADE,
                    HeaderName.TRANSFER_ENCODING,
                    HeaderName.KEEP_ALIVE,
                    HeaderName.PROXY_CONNECTION);

    static ResponseHeaderRules from(HttpConnectionManager message) {
        return new ResponseHeaderRules(
                message.getServerName().isEmpty() ? "envoy" : message.getServerName(),
                message.getServerHeaderTransformation(),
                message.getVia(),
                message.getAlwaysSetRequestIdInResponse(),
                new HttpDate());
    }

    /// @param request null if there was none that could be read
    void apply(
            ResponseHeaders response,
            @Nullable RequestHeaders request,
            RequestIdTemplate requestId,
            Worker worker) {
        if (!response.contains(HeaderName.DATE)) {
            response.set(HeaderName.DATE, date.text(worker.currentTimeMillis()));
        }
        switch (serverTransformation) {
            case OVERWRITE, UNRECOGNIZED -> response.set(HeaderName.SERVER, serverName);
            case APPEND_IF_ABSENT -> response.addIfAbsent(HeaderName.SERVER, serverName);
            case PASS_THROUGH -> {}
        }
        removeHopByHop(response);
        if (request != null
                && (alwaysSendRequestId || request.contains(HeaderName.X_ENVOY_FORCE_TRACE))
                && request.contains(HeaderName.X_REQUEST_ID)) {
            requestId.setInResponse(response, request);
        }
        if (!via.isEmpty()) {
            response.appendValue(HeaderName.VIA, ", ", via);
        }
    }

    /// Removes what concerns only the connection to the upstream; all that is done to a response
    /// with a status of 100 to 199.
    static void removeHopByHop(ResponseHeaders response) {
        response.removeAll(HOP_BY_HOP);
    }
}
