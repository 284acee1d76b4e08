/// The generic matcher: trees of predicates and maps over inputs that are extensions
/// (`xds.type.matcher.v3.Matcher`).
///
/// Compiled on the main thread, evaluated on workers. A node is a [io.nuncio.spi.MatchTree]; an
/// action is a node that always matches. Start reading at
/// [io.nuncio.kernel.match.tree.MatchTreeCompiler].
@NullMarked
package io.nuncio.kernel.match.tree;

import org.jspecify.annotations.NullMarked;
