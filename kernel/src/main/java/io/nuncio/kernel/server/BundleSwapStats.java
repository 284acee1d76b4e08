package io.nuncio.kernel.server;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// What is counted about replaced bundles, below `bundles.`; the names are our own, Envoy has no
/// such counters.
///
/// @param swapped replacements that serve
/// @param rejected replacements that were refused, whatever the reason
/// @param refused jars in the folder that cannot be used
/// @param generations that are in use; more than there are bundles in use while old ones drain
record BundleSwapStats(Counter swapped, Counter rejected, Gauge refused, Gauge generations) {
    static BundleSwapStats in(StatsScope root) {
        StatsScope scope = root.scope("bundles");
        return new BundleSwapStats(
                scope.counter("swap_success"),
                scope.counter("swap_rejected"),
                scope.gauge("refused"),
                scope.gauge("generations"));
    }
}
