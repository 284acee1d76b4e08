/// Limits how many connections begin, by a token bucket in this process.
///
/// [NetworkLocalRateLimitExtension] compiles the configuration (main thread),
/// [NetworkLocalRateLimitFilter] takes a token for each connection (workers, which share the
/// bucket).
@NullMarked
package io.nuncio.network.localratelimit;

import org.jspecify.annotations.NullMarked;
