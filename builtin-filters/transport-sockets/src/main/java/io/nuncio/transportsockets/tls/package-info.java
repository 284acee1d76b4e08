/// TLS transport sockets, `envoy.transport_sockets.tls`: Envoy's messages put into the words of the
/// kernel's TLS, and the decision on the certificates that peers present.
///
/// Start reading at [DownstreamTlsExtension] and [UpstreamTlsExtension]; [CommonTls] is what both
/// sides have in common, [PeerCertificates] decides, or [SpiffeValidator] where it is named.
/// Configurations are compiled on the main thread; a peer's certificate is looked at on its
/// connection's worker.
@NullMarked
package io.nuncio.transportsockets.tls;

import org.jspecify.annotations.NullMarked;
