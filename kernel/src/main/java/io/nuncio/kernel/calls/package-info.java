/// HTTP and gRPC calls of the proxy itself, through its clusters (Envoy: AsyncClient).
///
/// [io.nuncio.kernel.calls.CallServices] gives every owner (a stream of a filter, a template, a
/// kernel service) its [io.nuncio.spi.Calls]; an [io.nuncio.kernel.calls.ActiveCall] is one request
/// with its attempts and its timeout, on the pools of the loop that calls; gRPC is built on top of
/// it. Thread: configuration compiles on main, a call lives on the loop that began it. Start
/// reading at ActiveCall.
@NullMarked
package io.nuncio.kernel.calls;

import org.jspecify.annotations.NullMarked;
