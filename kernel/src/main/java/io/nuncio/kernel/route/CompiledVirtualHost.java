package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.route.v3.VirtualHost.TlsRequirementType;
import io.nuncio.kernel.route.match.RouteMatcher;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;

/// The routes of one virtual host, in order: the first that matches is taken.
///
/// @param requireTls who is sent to TLS first
/// @param tlsRedirect the route that does it
/// @param ignorePathParameters true if what follows a semicolon in the path is not matched
record CompiledVirtualHost(
        String name,
        RouteRule[] rules,
        TlsRequirementType requireTls,
        Route tlsRedirect,
        boolean ignorePathParameters) {

    Route route(RequestHeaders headers, StreamInfo info, long random) {
        int protocol = headers.find(HeaderName.X_FORWARDED_PROTO);
        if (protocol < 0 || headers.valueLength(protocol) == 0) {
            // The request was refused before its scheme was known.
            return Route.NONE;
        }
        if (requireTls != TlsRequirementType.NONE && !headers.valueIs(protocol, "https")) {
            boolean exempt =
                    requireTls == TlsRequirementType.EXTERNAL_ONLY
                            && headers.is(HeaderName.X_ENVOY_INTERNAL, "true");
            if (!exempt) {
                return tlsRedirect;
            }
        }
        int path = headers.find(HeaderName.PATH);
        return path < 0 ? Route.NONE : firstMatch(headers, path, info, random);
    }

    private Route firstMatch(RequestHeaders headers, int path, StreamInfo info, long random) {
        byte[] bytes = headers.array();
        int start = headers.valueStart(path);
        int limit = start + headers.valueLength(path);
        int length = pathLength(bytes, start, limit);
        for (RouteRule rule : rules) {
            RouteMatcher matcher = rule.matcher();
            if (matcher.matches(headers, info, bytes, start, length, limit, random)) {
                return rule.entry(headers, random);
            }
        }
        return Route.NONE;
    }

    private int pathLength(byte[] bytes, int start, int limit) {
        int at = start;
        while (at < limit && bytes[at] != '?' && bytes[at] != '#') {
            if (ignorePathParameters && bytes[at] == ';') {
                break;
            }
            at++;
        }
        return at - start;
    }
}
