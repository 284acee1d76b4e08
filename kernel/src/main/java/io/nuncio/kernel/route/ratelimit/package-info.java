/// What requests count as for rate limits: Envoy's `RateLimit` messages of routes, virtual hosts
/// and filters, compiled to descriptor makers. Nothing is limited here; filters do that.
///
/// The compiler of routes and the contexts of extensions call it on the main thread; what it makes
/// is immutable, and asked by filters on workers. Start reading at [RateLimitCompiler].
@NullMarked
package io.nuncio.kernel.route.ratelimit;

import org.jspecify.annotations.NullMarked;
