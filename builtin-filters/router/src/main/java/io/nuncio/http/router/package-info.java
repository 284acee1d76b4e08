/// The router: the last HTTP filter, which sends a request to an upstream host and its response
/// back.
///
/// [RouterExtension] compiles the configuration (main thread); [RouterFilter] decides for one
/// request, [UpstreamRequest] is the request's way through a pool and back (worker). Clusters,
/// pools and routes are the kernel's, reached by `io.nuncio.spi.host`.
@NullMarked
package io.nuncio.http.router;

import org.jspecify.annotations.NullMarked;
