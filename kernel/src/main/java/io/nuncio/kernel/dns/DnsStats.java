package io.nuncio.kernel.dns;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// Envoy's statistics of its resolver: `dns.cares.*`.
record DnsStats(
        Counter resolveTotal,
        Gauge pendingResolutions,
        Counter notFound,
        Counter timeout,
        Counter getAddrFailure) {
    static DnsStats in(StatsScope root) {
        StatsScope scope = root.scope("dns.cares");
        scope.counter("reinits");
        return new DnsStats(
                scope.counter("resolve_total"),
                scope.gauge("pending_resolutions"),
                scope.counter("not_found"),
                scope.counter("timeout"),
                scope.counter("get_addr_failure"));
    }
}
