package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails;
import io.nuncio.spi.Address;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.MutableStreamInfo;

import org.jspecify.annotations.Nullable;

/// What the connection manager does to every request's headers before any filter sees them:
/// hop-by-hop headers go, what only this proxy may say is removed or set, and the way the request
/// came is noted.
///
/// Envoy: docs `configuration/http/http_conn_man/headers` and `header_sanitizing`.
record RequestHeaderRules(
        boolean useRemoteAddress,
        int trustedHops,
        boolean skipXffAppend,
        boolean appendForwardedPort,
        InternalAddresses internalAddresses,
        String via,
        @Nullable String userAgent,
        String nodeId,
        Address localAddress,
        boolean generateRequestId,
        boolean preserveExternalRequestId,
        boolean keepClientCertificateHeader,
        String scheme) {

    static RequestHeaderRules from(HttpConnectionManager message, FactoryContext context) {
        boolean addUserAgent = message.hasAddUserAgent() && message.getAddUserAgent().getValue();
        return new RequestHeaderRules(
                message.hasUseRemoteAddress() && message.getUseRemoteAddress().getValue(),
                message.getXffNumTrustedHops(),
                message.getSkipXffAppend(),
                message.getAppendXForwardedPort(),
                InternalAddresses.from(message, context.problems()),
                message.getVia(),
                addUserAgent ? context.node().getCluster() : null,
                context.node().getId(),
                context.platform().serverState().localAddress(),
                !message.hasGenerateRequestId() || message.getGenerateRequestId().getValue(),
                message.getPreserveExternalRequestId(),
                message.getForwardClientCertDetails()
                        == ForwardClientCertDetails.ALWAYS_FORWARD_ONLY,
                message.getSchemeHeaderTransformation().getSchemeToOverwrite());
    }

    /// Changes the headers and notes the trusted remote address.
    ///
    /// @return true if the request comes from outside (Envoy: an edge request)
    boolean apply(RequestHeaders headers, ConnectionInfo connection, MutableStreamInfo info) {
        removeHopByHop(headers);

        boolean secure = connection.tls() != null;
        @Nullable Address trusted;
        boolean singleAddress;
        if (useRemoteAddress) {
            singleAddress = !headers.contains(HeaderName.X_FORWARDED_FOR);
            trusted = trustedHops > 0 ? ForwardedFor.address(headers, trustedHops - 1) : null;
            if (trusted == null) {
                trusted = connection.remoteAddress();
            }
            if (!skipXffAppend) {
                appendForwardedFor(headers, connection.remoteAddress());
            }
            if (trustedHops == 0 || !headers.contains(HeaderName.X_FORWARDED_PROTO)) {
                headers.set(HeaderName.X_FORWARDED_PROTO, secure ? "https" : "http");
            }
            if (appendForwardedPort
                    && (trustedHops == 0 || !headers.contains(HeaderName.X_FORWARDED_PORT))
                    && connection.localAddress() instanceof Address.Ip ip) {
                headers.setLong(HeaderName.X_FORWARDED_PORT, ip.port());
            }
        } else {
            trusted = ForwardedFor.address(headers, trustedHops);
            singleAddress = ForwardedFor.single(headers);
            if (!headers.contains(HeaderName.X_FORWARDED_PROTO)) {
                headers.set(HeaderName.X_FORWARDED_PROTO, secure ? "https" : "http");
            }
        }
        setScheme(headers, secure);

        boolean internal = singleAddress && trusted != null && internalAddresses.contains(trusted);
        boolean edge = !internal && useRemoteAddress;
        if (trusted != null) {
            info.remoteAddress(trusted);
        }
        if (internal) {
            headers.set(HeaderName.X_ENVOY_INTERNAL, "true");
        } else {
            sanitize(headers, edge);
        }
        if (userAgent != null) {
            headers.set(HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER, userAgent);
            if (!headers.contains(HeaderName.USER_AGENT)) {
                headers.set(HeaderName.USER_AGENT, userAgent);
            }
            if (!nodeId.isEmpty()) {
                headers.set(HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_NODE, nodeId);
            }
        }
        if (!via.isEmpty()) {
            headers.appendValue(HeaderName.VIA, ", ", via);
        }
        if (edge && trusted instanceof Address.Ip ip) {
            headers.set(HeaderName.X_ENVOY_EXTERNAL_ADDRESS, ip.host());
        }
        if (!keepClientCertificateHeader) {
            headers.remove(HeaderName.X_FORWARDED_CLIENT_CERT);
        }
        return edge;
    }

    private static void removeHopByHop(RequestHeaders headers) {
        headers.remove(HeaderName.CONNECTION);
        headers.remove(HeaderName.UPGRADE);
        headers.remove(HeaderName.KEEP_ALIVE);
        headers.remove(HeaderName.PROXY_CONNECTION);
        headers.remove(HeaderName.TRANSFER_ENCODING);
        headers.remove(HeaderName.X_ENVOY_INTERNAL);
        if (headers.contains(HeaderName.TE)) {
            boolean trailers = headers.containsToken(HeaderName.TE, "trailers");
            headers.remove(HeaderName.TE);
            if (trailers) {
                headers.set(HeaderName.TE, "trailers");
            }
        }
    }

    private void appendForwardedFor(RequestHeaders headers, Address remote) {
        Address address =
                remote instanceof Address.Ip ip && ip.address().isLoopbackAddress()
                        ? localAddress
                        : remote;
        if (address instanceof Address.Ip ip) {
            headers.appendValue(HeaderName.X_FORWARDED_FOR, ",", ip.host());
        }
    }

    private void setScheme(RequestHeaders headers, boolean secure) {
        if (!scheme.isEmpty()) {
            headers.set(HeaderName.SCHEME, scheme);
        } else if (!headers.contains(HeaderName.SCHEME)) {
            boolean https =
                    headers.isIgnoreCase(HeaderName.X_FORWARDED_PROTO, "https")
                            || secure
                                    && !headers.isIgnoreCase(HeaderName.X_FORWARDED_PROTO, "http");
            headers.set(HeaderName.SCHEME, https ? "https" : "http");
        }
    }

    /// Removes what only trusted peers may ask of this proxy.
    private static void sanitize(RequestHeaders headers, boolean edge) {
        if (edge) {
            headers.remove(HeaderName.X_ENVOY_DECORATOR_OPERATION);
            headers.remove(HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER);
            headers.remove(HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_NODE);
            headers.remove(HeaderName.X_ENVOY_ORIGINAL_PATH);
        }
        headers.remove(HeaderName.X_ENVOY_RETRIABLE_STATUS_CODES);
        headers.remove(HeaderName.X_ENVOY_RETRIABLE_HEADER_NAMES);
        headers.remove(HeaderName.X_ENVOY_RETRY_ON);
        headers.remove(HeaderName.X_ENVOY_RETRY_GRPC_ON);
        headers.remove(HeaderName.X_ENVOY_MAX_RETRIES);
        headers.remove(HeaderName.X_ENVOY_UPSTREAM_ALT_STAT_NAME);
        headers.remove(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS);
        headers.remove(HeaderName.X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS);
        headers.remove(HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE);
        headers.remove(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS);
        headers.remove(HeaderName.X_ENVOY_FORCE_TRACE);
        headers.remove(HeaderName.X_ENVOY_IP_TAGS);
        headers.remove(HeaderName.X_ENVOY_ORIGINAL_URL);
        headers.remove(HeaderName.X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT);
    }
}
