package io.nuncio.proxyprotocol;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// Envoy's `proxy_proto.[<stat_prefix>.]` statistics.
///
/// @param notFoundAllowed connections that began without a header and passed
/// @param notFoundDisallowed those that were closed for it
record ProxyProtocolStats(
        Counter notFoundAllowed, Counter notFoundDisallowed, OfVersion v1, OfVersion v2) {
    /// @param disallowed headers of a version that the configuration forbids; found, too
    record OfVersion(Counter found, Counter disallowed, Counter error) {
        private static OfVersion in(StatsScope scope, String version) {
            return new OfVersion(
                    scope.counter(version + "found"),
                    scope.counter(version + "disallowed"),
                    scope.counter(version + "error"));
        }
    }

    static ProxyProtocolStats in(StatsScope scope) {
        return new ProxyProtocolStats(
                scope.counter("not_found_allowed"),
                scope.counter("not_found_disallowed"),
                OfVersion.in(scope, "versions.v1."),
                OfVersion.in(scope, "versions.v2."));
    }
}
