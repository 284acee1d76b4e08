/// The plaintext transport socket, `envoy.transport_sockets.raw_buffer`, for both sides.
///
/// The kernel sees that its template passes bytes through unchanged and leaves it out of the data
/// path; the socket itself serves whoever wraps one around another. Start reading at
/// [RawBufferTemplate]; sockets run on their connection's worker.
@NullMarked
package io.nuncio.transportsockets;

import org.jspecify.annotations.NullMarked;
