/// The HTTP filter manager: compiles chains of filters and runs one stream at a time through them,
/// with the semantics of Envoy's.
///
/// Connection managers compile a chain through [io.nuncio.spi.host.HttpFilterChains] on the main
/// thread and drive each stream through [io.nuncio.spi.host.HttpStream] on the worker that owns the
/// connection. Start reading at `ActiveStream`, then `RequestPath` and `ResponsePath`, which walk
/// the filters; `FilterPath` has what both share, and `LocalReplies` the responses that the proxy
/// makes itself.
@NullMarked
package io.nuncio.kernel.http;

import org.jspecify.annotations.NullMarked;
