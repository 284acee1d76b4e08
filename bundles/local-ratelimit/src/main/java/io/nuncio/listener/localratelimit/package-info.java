/// Limits how many connections a listener accepts, by a token bucket that all workers share.
///
/// [ListenerLocalRateLimitExtension] compiles (main thread); [ListenerLocalRateLimitFilter] takes a
/// token for each accepted socket (workers).
@NullMarked
package io.nuncio.listener.localratelimit;

import org.jspecify.annotations.NullMarked;
