/// What the codecs of all HTTP versions have in common: a stream as its user controls it.
///
/// Used by [io.nuncio.kernel.http1] and [io.nuncio.kernel.http2]; runs on the connection's worker.
/// Start reading at [io.nuncio.kernel.codec.CodecStream].
@NullMarked
package io.nuncio.kernel.codec;

import org.jspecify.annotations.NullMarked;
