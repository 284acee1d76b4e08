/// Connections that begin in plaintext and go on in TLS, `envoy.transport_sockets.starttls`, for
/// both sides.
///
/// The network filter that speaks the protocol says when: [io.nuncio.spi.Connection] and
/// [io.nuncio.spi.host.TcpPool.Opened] have a call for it. Start reading at [StartTlsSocket];
/// sockets run on their connection's worker.
@NullMarked
package io.nuncio.transportsockets.starttls;

import org.jspecify.annotations.NullMarked;
