package io.nuncio.kernel.route.action;

import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.nuncio.kernel.route.headers.HeaderText;
import io.nuncio.kernel.route.match.PathMatch;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.host.RouteEntry;

import org.jspecify.annotations.Nullable;

/// Sends the client elsewhere.
///
/// @param scheme empty for the request's
/// @param host empty for the request's
/// @param port with its colon, empty for none
/// @param path empty for the request's
/// @param rewrite null if the path is not rewritten
public record Redirect(
        int status,
        String scheme,
        String host,
        String port,
        String path,
        @Nullable PathRewrite rewrite,
        boolean stripQuery,
        PathMatch match)
        implements RouteEntry.DirectResponse {

    /// Compiles Envoy's message.
    ///
    /// @param match what a prefix rewrite replaces
    public static Redirect of(RedirectAction config, PathMatch match, Problems problems) {
        return new Redirect(
                status(config.getResponseCode()),
                config.getSchemeRedirect().isEmpty() && config.getHttpsRedirect()
                        ? "https"
                        : HeaderText.of(config.getSchemeRedirect()),
                HeaderText.of(config.getHostRedirect()),
                config.getPortRedirect() == 0
                        ? ""
                        : ":" + Integer.toUnsignedString(config.getPortRedirect()),
                HeaderText.of(config.getPathRedirect()),
                PathRewrite.of(
                        config.getPrefixRewrite(),
                        config.hasRegexRewrite() ? config.getRegexRewrite() : null,
                        problems),
                config.getStripQuery(),
                match);
    }

    private static int status(RedirectAction.RedirectResponseCode code) {
        return switch (code) {
            case MOVED_PERMANENTLY, UNRECOGNIZED -> 301;
            case FOUND -> 302;
            case SEE_OTHER -> 303;
            case TEMPORARY_REDIRECT -> 307;
            case PERMANENT_REDIRECT -> 308;
        };
    }

    @Override
    public String body() {
        return "";
    }

    @Override
    public @Nullable String location(RequestHeaders headers) {
        String newScheme = scheme.isEmpty() ? headers.scheme() : scheme;
        String newHost = host.isEmpty() ? requestHost(headers, newScheme) : host;
        return newScheme + "://" + newHost + port + newPath(headers);
    }

    /// The request's host, without its port where another port is given or where it was the default
    /// of the scheme that changes.
    private String requestHost(RequestHeaders headers, String newScheme) {
        String requestHost = headers.authority();
        int colon = requestHost.lastIndexOf(':');
        if (requestHost.startsWith("[")
                && (colon == 0 || colon > 0 && requestHost.charAt(colon - 1) != ']')) {
            return requestHost;
        }
        if (colon < 0) {
            return requestHost;
        }
        String requestPort = requestHost.substring(colon);
        // Of the connection, not of the URL: they may differ.
        String protocol = headers.get(HeaderName.X_FORWARDED_PROTO, "");
        boolean defaultPort =
                protocol.equals("https") && requestPort.equals(":443")
                        || protocol.equals("http") && requestPort.equals(":80");
        boolean dropPort = !port.isEmpty() || !newScheme.equals(protocol) && defaultPort;
        return dropPort ? requestHost.substring(0, colon) : requestHost;
    }

    private String newPath(RequestHeaders headers) {
        String current = headers.path();
        boolean ownQuery = path.indexOf('?') >= 0;
        if (ownQuery) {
            // The redirect's own query wins over the request's, and is never stripped.
            current = path;
        } else if (!path.isEmpty()) {
            int query = current.indexOf('?');
            current = query < 0 ? path : path + current.substring(query);
        } else if (rewrite != null) {
            int length = headers.pathLength();
            current = rewrite.rewrite(current, length, match.matchedLength(length));
        }
        String absolute = current.startsWith("/") ? current : "/" + current;
        return stripQuery && !ownQuery ? withoutQuery(absolute) : absolute;
    }

    private static String withoutQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }
}
