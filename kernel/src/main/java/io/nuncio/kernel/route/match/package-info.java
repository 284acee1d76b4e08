/// What requests match: paths, headers, query parameters and fractions of the traffic.
///
/// Compiled on the main thread when a route configuration is, evaluated on workers for each
/// request, on the bytes of the headers and without allocating (regular expressions excepted).
/// Immutable. Start reading at [io.nuncio.kernel.route.match.RouteMatcher].
@NullMarked
package io.nuncio.kernel.route.match;

import org.jspecify.annotations.NullMarked;
