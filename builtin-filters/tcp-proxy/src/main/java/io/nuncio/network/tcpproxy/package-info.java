/// The TCP proxy: a terminal network filter that carries a connection's bytes to a host of a
/// cluster and back.
///
/// [TcpProxyExtension] compiles the configuration (main thread); [TcpProxyFilter] is the behaviour
/// for one connection, from its start until either side is gone (worker), [HttpTunnel] an upstream
/// connection that is an HTTP request, and [UpstreamFlush] what is left of it all when the
/// downstream has gone and the upstream has not read everything. Clusters and connections to hosts
/// are the kernel's, reached by `io.nuncio.spi.host`.
@NullMarked
package io.nuncio.network.tcpproxy;

import org.jspecify.annotations.NullMarked;
