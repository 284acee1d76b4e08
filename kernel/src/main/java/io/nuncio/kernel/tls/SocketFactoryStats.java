package io.nuncio.kernel.tls;

import io.nuncio.spi.Counter;
import io.nuncio.spi.StatsScope;

/// The statistics of a configuration whose secrets may come later, with Envoy's names.
record SocketFactoryStats(
        Counter contextUpdateBySds, Counter upstreamNotReady, Counter downstreamNotReady) {
    static SocketFactoryStats in(StatsScope parent, TlsContexts.Side side) {
        StatsScope scope = parent.scope(side.prefix() + "_ssl_socket_factory");
        return new SocketFactoryStats(
                scope.counter("ssl_context_update_by_sds"),
                scope.counter("upstream_context_secrets_not_ready"),
                scope.counter("downstream_context_secrets_not_ready"));
    }

    Counter notReady(TlsContexts.Side side) {
        return side == TlsContexts.Side.DOWNSTREAM ? downstreamNotReady : upstreamNotReady;
    }
}
