/// Clusters: their configuration, their hosts, and every worker's connections to them.
///
/// [io.nuncio.kernel.upstream.ClusterManager] compiles a cluster's configuration on the main
/// thread, runs its discovery, and publishes an immutable
/// [io.nuncio.kernel.upstream.ClusterSnapshot] by one volatile write after every change. A worker
/// has a [io.nuncio.kernel.upstream.WorkerCluster] of each cluster it uses: its own picker over the
/// snapshot, and one [io.nuncio.kernel.upstream.ConnectionPool] per host. The router asks for a
/// cluster by name, gets a pool, and begins streams on it; the admin server renders
/// [io.nuncio.kernel.upstream.ClustersAdmin]. What all threads share are the counts of the circuit
/// breakers, the health flags and the active requests of a host, nothing else.
///
/// Start reading at [io.nuncio.kernel.upstream.ClusterManager], for the request path at
/// [io.nuncio.kernel.upstream.WorkerCluster] and [io.nuncio.kernel.upstream.ConnectionPool].
@NullMarked
package io.nuncio.kernel.upstream;

import org.jspecify.annotations.NullMarked;
