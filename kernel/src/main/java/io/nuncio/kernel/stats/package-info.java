/// Statistics: counters, gauges, histograms and text readouts under Envoy's names, and the admin
/// pages that show them.
///
/// One [io.nuncio.kernel.stats.StatsStore] per server. The server makes it, everything else gets a
/// scope of it; the admin server calls the renderings. Statistics are made on the main thread as a
/// rule and used on every thread: each loop thread owns cells that it alone writes, so counting
/// takes no lock and no atomic instruction on a worker. Histograms are merged, and counters latched
/// for sinks, on the main thread at each flush.
///
/// Start reading at [io.nuncio.kernel.stats.StatsStore], then [io.nuncio.kernel.stats.ScopeCells]
/// for where the numbers are.
@NullMarked
package io.nuncio.kernel.stats;

import org.jspecify.annotations.NullMarked;
