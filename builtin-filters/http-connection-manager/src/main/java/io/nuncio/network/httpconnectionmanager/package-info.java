/// The HTTP connection manager: the network filter that turns a connection's bytes into streams,
/// sees to the headers that a proxy owes to both sides, and drives each stream through the HTTP
/// filters. And the UUID request id, which it uses by default.
///
/// [HttpConnectionManagerExtension] compiles the configuration (main thread),
/// [ConnectionManagerFilter] serves one connection and [ActiveStream] one request (worker). Codecs,
/// filter chains and route tables are the kernel's, reached by `io.nuncio.spi.host`.
@NullMarked
package io.nuncio.network.httpconnectionmanager;

import org.jspecify.annotations.NullMarked;
