/// The PROXY protocol, versions 1 and 2: read from the downstream by a listener filter, written to
/// the upstream by a transport socket.
///
/// The extensions compile (main thread); [io.nuncio.proxyprotocol.ProxyProtocolFilter] reads and
/// [io.nuncio.proxyprotocol.UpstreamProxyProtocolSocket] writes (the connection's worker). Start
/// reading at [io.nuncio.proxyprotocol.HeaderReader].
@NullMarked
package io.nuncio.proxyprotocol;

import org.jspecify.annotations.NullMarked;
