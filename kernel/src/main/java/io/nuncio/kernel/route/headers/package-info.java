/// What routes add to and remove from headers (Envoy: HeaderParser), with command operators in
/// values.
///
/// Compiled on the main thread, applied on workers. Start reading at
/// [io.nuncio.kernel.route.headers.HeaderRules].
@NullMarked
package io.nuncio.kernel.route.headers;

import org.jspecify.annotations.NullMarked;
