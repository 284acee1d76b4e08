/// What becomes of a request that matched: the cluster it goes to, the rewrites on the way, or the
/// answer that the route gives itself.
///
/// Compiled on the main thread, used on workers; immutable. Start reading at
/// [io.nuncio.kernel.route.action.ClusterChoice] and [io.nuncio.kernel.route.action.Redirect].
@NullMarked
package io.nuncio.kernel.route.action;

import org.jspecify.annotations.NullMarked;
