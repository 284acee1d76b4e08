/// HTTP/1.1 (and 1.0): the bytes of a connection to streams and back, for both sides.
///
/// Made by the kernel's assembly as the [io.nuncio.spi.host.Codecs] of the platform; a codec runs
/// on its connection's worker and knows no time. Start reading at
/// [io.nuncio.kernel.http1.Http1ServerCodec]; the grammar is in [io.nuncio.kernel.http1.HeadParser]
/// and [io.nuncio.kernel.http1.ChunkedBody], what is written in
/// [io.nuncio.kernel.http1.HeadWriter].
@NullMarked
package io.nuncio.kernel.http1;

import org.jspecify.annotations.NullMarked;
