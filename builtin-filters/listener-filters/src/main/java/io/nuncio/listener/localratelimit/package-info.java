/// Limits how many connections a listener accepts, by a token bucket that all workers share.
///
/// [io.nuncio.listener.localratelimit.LocalRateLimitExtension] compiles (main thread); its filter
/// takes a token for each accepted socket (workers). Start reading at
/// [io.nuncio.listener.localratelimit.TokenBucket].
@NullMarked
package io.nuncio.listener.localratelimit;

import org.jspecify.annotations.NullMarked;
