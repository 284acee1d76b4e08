/// What is known of a stream or a connection while it runs: the kernel's side of
/// [io.nuncio.spi.StreamInfo].
///
/// Filled by the owner of the stream and by its filters, read by formats and access logs, always on
/// the worker that owns the stream. Start reading at [io.nuncio.kernel.stream.StreamFacts].
@NullMarked
package io.nuncio.kernel.stream;

import org.jspecify.annotations.NullMarked;
