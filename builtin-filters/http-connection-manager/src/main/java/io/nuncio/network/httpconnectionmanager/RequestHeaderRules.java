package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.Address;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HeaderNames;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.MutableStreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.List;

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
        ClientCertificateRules clientCertificate,
        String scheme,
        boolean schemeMatchesUpstream) {
    private static final HeaderNames HOP_BY_HOP =
            HeaderNames.of(
                    HeaderName.X_ENVOY_INTERNAL,
                    HeaderName.KEEP_ALIVE,
                    HeaderName.PROXY_CONNECTION,
                    HeaderName.TRANSFER_ENCODING);

    /// What a client outside may not say.
    private static final HeaderNames NOT_FROM_THE_EDGE =
            HeaderNames.of(
                    HeaderName.X_ENVOY_DECORATOR_OPERATION,
                    HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER,
                    HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_NODE,
                    HeaderName.X_ENVOY_ORIGINAL_PATH);

    /// What only internal requests may ask of this proxy.
    private static final HeaderNames ONLY_FROM_INSIDE =
            HeaderNames.of(
                    HeaderName.X_ENVOY_RETRIABLE_STATUS_CODES,
                    HeaderName.X_ENVOY_RETRIABLE_HEADER_NAMES,
                    HeaderName.X_ENVOY_RETRY_ON,
                    HeaderName.X_ENVOY_RETRY_GRPC_ON,
                    HeaderName.X_ENVOY_MAX_RETRIES,
                    HeaderName.X_ENVOY_UPSTREAM_ALT_STAT_NAME,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_PER_TRY_TIMEOUT_MS,
                    HeaderName.X_ENVOY_UPSTREAM_RQ_TIMEOUT_ALT_RESPONSE,
                    HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS,
                    HeaderName.X_ENVOY_FORCE_TRACE,
                    HeaderName.X_ENVOY_IP_TAGS,
                    HeaderName.X_ENVOY_ORIGINAL_URL,
                    HeaderName.X_ENVOY_HEDGE_ON_PER_TRY_TIMEOUT);

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
                ClientCertificateRules.from(message),
                message.getSchemeHeaderTransformation().getSchemeToOverwrite(),
                message.getSchemeHeaderTransformation().getMatchUpstream());
    }

    /// Changes the headers and notes the trusted remote address.
    ///
    /// @param internalOnly what the route table allows to internal requests alone
    /// @return true if the request comes from outside (Envoy: an edge request)
    boolean apply(
            RequestHeaders headers,
            Peer peer,
            List<HeaderName> internalOnly,
            MutableStreamInfo info) {
        removeHopByHop(headers);
        Referer.removeUnlessUrl(headers);

        Address trusted;
        boolean internal;
        if (useRemoteAddress) {
            // Internal only if the peer made the request itself, as far as anyone can know.
            boolean firstHop = !headers.contains(HeaderName.X_FORWARDED_FOR);
            Address named = trustedHops > 0 ? ForwardedFor.address(headers, trustedHops - 1) : null;
            trusted = named == null ? peer.remote() : named;
            internal =
                    firstHop
                            && (named == null
                                    ? peer.internal()
                                    : internalAddresses.contains(named));
            if (!skipXffAppend && peer.hop() != null) {
                headers.appendValue(HeaderName.X_FORWARDED_FOR, ",", peer.hop());
            }
            if (trustedHops == 0) {
                headers.set(HeaderName.X_FORWARDED_PROTO, peer.scheme());
                if (appendForwardedPort && peer.localPort() > 0) {
                    headers.setLong(HeaderName.X_FORWARDED_PORT, peer.localPort());
                }
            }
        } else {
            Address named = ForwardedFor.address(headers, trustedHops);
            trusted = named == null ? peer.remote() : named;
            internal =
                    named != null
                            && trustedHops == 0
                            && ForwardedFor.single(headers)
                            && internalAddresses.contains(named);
        }
        headers.addIfAbsent(HeaderName.X_FORWARDED_PROTO, peer.scheme());
        if (appendForwardedPort
                && peer.localPort() > 0
                && !headers.contains(HeaderName.X_FORWARDED_PORT)) {
            headers.setLong(HeaderName.X_FORWARDED_PORT, peer.localPort());
        }
        setScheme(headers, peer);
        if (schemeMatchesUpstream && scheme.isEmpty()) {
            info.schemeMatchesUpstream(true);
        }

        if (trusted != peer.remote()) {
            info.remoteAddress(trusted);
        }
        boolean edge = useRemoteAddress && !internal;
        if (internal) {
            headers.set(HeaderName.X_ENVOY_INTERNAL, "true");
        } else {
            if (edge) {
                headers.removeAll(NOT_FROM_THE_EDGE);
            }
            headers.removeAll(ONLY_FROM_INSIDE);
            for (int i = 0; i < internalOnly.size(); i++) {
                headers.remove(internalOnly.get(i));
            }
        }
        if (userAgent != null) {
            nameThisProxy(headers, userAgent);
        }
        if (!via.isEmpty()) {
            headers.appendValue(HeaderName.VIA, ", ", via);
        }
        if (edge && trusted instanceof Address.Ip ip) {
            headers.set(
                    HeaderName.X_ENVOY_EXTERNAL_ADDRESS,
                    trusted == peer.remote() && peer.host() != null ? peer.host() : ip.host());
        }
        clientCertificate.apply(headers, peer.clientCertificate());
        return edge;
    }

    private static void removeHopByHop(RequestHeaders headers) {
        if (!isUpgrade(headers)) {
            headers.remove(HeaderName.CONNECTION);
            headers.remove(HeaderName.UPGRADE);
        }
        headers.removeAll(HOP_BY_HOP);
        if (headers.contains(HeaderName.TE) && !headers.is(HeaderName.TE, "trailers")) {
            boolean trailers = headers.containsToken(HeaderName.TE, "trailers");
            headers.remove(HeaderName.TE);
            if (trailers) {
                headers.set(HeaderName.TE, "trailers");
            }
        }
    }

    /// True if the request asks for another protocol on this connection.
    static boolean isUpgrade(RequestHeaders headers) {
        return headers.contains(HeaderName.UPGRADE)
                && headers.containsToken(HeaderName.CONNECTION, "upgrade");
    }

    private void setScheme(RequestHeaders headers, Peer peer) {
        if (!scheme.isEmpty()) {
            headers.set(HeaderName.SCHEME, scheme);
            headers.set(HeaderName.X_FORWARDED_PROTO, scheme);
        } else if (!headers.contains(HeaderName.SCHEME)) {
            String forwarded =
                    headers.isIgnoreCase(HeaderName.X_FORWARDED_PROTO, "https")
                            ? "https"
                            : headers.isIgnoreCase(HeaderName.X_FORWARDED_PROTO, "http")
                                    ? "http"
                                    : peer.scheme();
            headers.set(HeaderName.SCHEME, forwarded);
        }
    }

    private void nameThisProxy(RequestHeaders headers, String name) {
        headers.set(HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_CLUSTER, name);
        int agent = headers.find(HeaderName.USER_AGENT);
        if (agent < 0 || headers.valueLength(agent) == 0) {
            headers.set(HeaderName.USER_AGENT, name);
        }
        if (!nodeId.isEmpty()) {
            headers.set(HeaderName.X_ENVOY_DOWNSTREAM_SERVICE_NODE, nodeId);
        }
    }
}
