/// What becomes of a request on its way: when it is tried again. [RetryPolicies] compiles Envoy's
/// message to what the router works with.
///
/// The compiler calls it on the main thread; what it makes is immutable. Start reading at
/// [RetryPolicies].
@NullMarked
package io.nuncio.kernel.route.policy;

import org.jspecify.annotations.NullMarked;
