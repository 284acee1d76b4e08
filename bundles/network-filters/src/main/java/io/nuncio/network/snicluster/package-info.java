/// The SNI cluster filter: the server name that the peer asked for is the cluster that the TCP
/// proxy after it connects to.
///
/// [SniClusterExtension] makes one [SniClusterFilter] for each connection, on its worker.
@NullMarked
package io.nuncio.network.snicluster;

import org.jspecify.annotations.NullMarked;
