package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.jspecify.annotations.Nullable;

/// Brings path and host to the one form that filters, routes and upstreams then see.
record PathRules(
        boolean normalize,
        boolean mergeSlashes,
        PathWithEscapedSlashesAction escapedSlashes,
        boolean stripMatchingPort,
        boolean stripAnyPort,
        boolean stripTrailingDot) {

    /// What became of a path.
    enum Outcome {
        OK,
        REJECTED,
        /// The path was changed, and the client is to come back with the new one.
        REDIRECT
    }

    static PathRules from(HttpConnectionManager message) {
        return new PathRules(
                message.hasNormalizePath() && message.getNormalizePath().getValue(),
                message.getMergeSlashes(),
                message.getPathWithEscapedSlashesAction(),
                message.getStripMatchingHostPort(),
                message.getStripPortModeCase()
                                == HttpConnectionManager.StripPortModeCase.STRIP_ANY_HOST_PORT
                        && message.getStripAnyHostPort(),
                message.getStripTrailingHostDot());
    }

    /// Thread: a worker. The common path, one that is canonical already, allocates nothing.
    Outcome applyToPath(RequestHeaders headers) {
        int entry = headers.find(HeaderName.PATH);
        byte[] bytes = headers.array();
        int start = headers.valueStart(entry);
        int end = start + headers.valueLength(entry);
        int query = -1;
        boolean doubleSlash = false;
        boolean escape = false;
        for (int i = start; i < end; i++) {
            byte c = bytes[i];
            if (c == '#') {
                return Outcome.REJECTED;
            }
            if (query < 0) {
                if (c == '?') {
                    query = i;
                } else if (c == '%') {
                    escape = true;
                } else if (c == '/' && i > start && bytes[i - 1] == '/') {
                    doubleSlash = true;
                }
            }
        }
        boolean unescape = escape && !keepsEscapedSlashes();
        boolean merge = doubleSlash && mergeSlashes;
        if (!unescape && !merge) {
            int pathEnd = query < 0 ? end : query;
            if (!normalize || PathNormalizer.isPlain(bytes, start, pathEnd)) {
                return Outcome.OK;
            }
        }
        return rewrite(headers, query < 0 ? -1 : query - start);
    }

    /// @param query where the query begins, -1 if there is none
    private Outcome rewrite(RequestHeaders headers, int query) {
        Outcome outcome = Outcome.OK;
        String target = headers.get(HeaderName.PATH, "");
        String path = query < 0 ? target : target.substring(0, query);
        String rest = query < 0 ? "" : target.substring(query);
        @Nullable String changed = path;
        if (!keepsEscapedSlashes()) {
            String unescaped = PathNormalizer.unescapeSlashes(path);
            if (!unescaped.equals(path)) {
                if (escapedSlashes == PathWithEscapedSlashesAction.REJECT_REQUEST) {
                    return Outcome.REJECTED;
                }
                if (escapedSlashes == PathWithEscapedSlashesAction.UNESCAPE_AND_REDIRECT) {
                    outcome = Outcome.REDIRECT;
                }
                changed = unescaped;
            }
        }
        if (normalize) {
            changed = PathNormalizer.canonical(changed);
            if (changed == null) {
                return Outcome.REJECTED;
            }
        }
        if (mergeSlashes) {
            // Last, since unescaping may have brought two slashes together.
            changed = PathNormalizer.mergeSlashes(changed);
        }
        if (!changed.equals(path)) {
            headers.set(HeaderName.PATH, changed + rest);
        }
        return outcome;
    }

    /// @param listenerPort 0 if unknown
    void applyToHost(RequestHeaders headers, int listenerPort) {
        if (!stripMatchingPort && !stripAnyPort && !stripTrailingDot) {
            return;
        }
        String host = headers.get(HeaderName.AUTHORITY, "");
        String changed = stripTrailingDot ? withoutTrailingDot(host) : host;
        if (stripAnyPort || stripMatchingPort) {
            changed = withoutPort(changed, stripAnyPort ? -1 : listenerPort);
        }
        if (!changed.equals(host)) {
            headers.set(HeaderName.AUTHORITY, changed);
        }
    }

    private boolean keepsEscapedSlashes() {
        return escapedSlashes == PathWithEscapedSlashesAction.IMPLEMENTATION_SPECIFIC_DEFAULT
                || escapedSlashes == PathWithEscapedSlashesAction.KEEP_UNCHANGED;
    }

    private static String withoutTrailingDot(String host) {
        int colon = host.lastIndexOf(':');
        if (colon > 0 && host.charAt(colon - 1) == '.') {
            return host.substring(0, colon - 1) + host.substring(colon);
        }
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /// @param port the port to remove, -1 for any
    private static String withoutPort(String host, int port) {
        int colon = host.lastIndexOf(':');
        if (colon < 0 || host.indexOf(']', colon) >= 0) {
            return host;
        }
        int found = portNumber(host, colon + 1);
        return found >= 0 && (port < 0 || found == port) ? host.substring(0, colon) : host;
    }

    /// The number from `start` to the end, -1 if there is none or it is no port.
    private static int portNumber(String host, int start) {
        int number = start < host.length() ? 0 : -1;
        for (int i = start; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c < '0' || c > '9' || number > 0xffff) {
                return -1;
            }
            number = number * 10 + c - '0';
        }
        return number;
    }
}
