/// HTTP/2 (RFC 9113): the bytes of a connection to streams and back, for both sides.
///
/// Made by [io.nuncio.kernel.protocol], which chooses between the versions; a codec runs on its
/// connection's worker. Start reading at [io.nuncio.kernel.http2.Session], which knows the rules of
/// both sides: frames are cut in [io.nuncio.kernel.http2.FrameReader] and put together in
/// [io.nuncio.kernel.http2.FrameWriter], headers are compressed in `io.nuncio.kernel.http2.hpack`,
/// checked in [io.nuncio.kernel.http2.HeaderReader].
@NullMarked
package io.nuncio.kernel.http2;

import org.jspecify.annotations.NullMarked;
