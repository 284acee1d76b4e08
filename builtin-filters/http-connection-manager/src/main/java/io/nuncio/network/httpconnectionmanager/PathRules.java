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

    Outcome applyToPath(RequestHeaders headers) {
        if (hasFragment(headers)) {
            // Envoy: http_reject_path_with_fragment.
            return Outcome.REJECTED;
        }
        Outcome outcome = Outcome.OK;
        if (keepsEscapedSlashes() && !normalize && !mergeSlashes) {
            return outcome;
        }
        String target = headers.get(HeaderName.PATH, "");
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        String rest = query < 0 ? "" : target.substring(query);
        @Nullable String changed = path;
        if (!keepsEscapedSlashes()) {
            String unescaped = PathNormalizer.unescapeSlashes(path);
            if (!unescaped.equals(path)) {
                switch (escapedSlashes) {
                    case REJECT_REQUEST -> {
                        return Outcome.REJECTED;
                    }
                    case UNESCAPE_AND_REDIRECT -> outcome = Outcome.REDIRECT;
                    default -> {}
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
            changed = PathNormalizer.mergeSlashes(changed);
        }
        if (!changed.equals(path)) {
            headers.set(HeaderName.PATH, changed + rest);
        }
        return outcome;
    }

    private static boolean hasFragment(RequestHeaders headers) {
        int entry = headers.find(HeaderName.PATH);
        byte[] bytes = headers.array();
        int end = headers.valueStart(entry) + headers.valueLength(entry);
        for (int i = headers.valueStart(entry); i < end; i++) {
            if (bytes[i] == '#') {
                return true;
            }
        }
        return false;
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
        String digits = host.substring(colon + 1);
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return host;
        }
        return port < 0 || digits.equals(Integer.toString(port)) ? host.substring(0, colon) : host;
    }
}
