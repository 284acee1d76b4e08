/// Limits how many requests pass, by token buckets in this process.
///
/// [LocalRateLimitExtension] compiles the buckets of each place in the configuration (main thread);
/// [LocalRateLimitFilter] takes tokens of them (workers, which share them). Start reading at
/// [RateLimiter].
@NullMarked
package io.nuncio.http.localratelimit;

import org.jspecify.annotations.NullMarked;
