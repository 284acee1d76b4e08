/// Route configurations compiled to immutable tables.
///
/// A connection manager compiles one on the main thread and asks it on workers, once per stream.
/// Start reading at [io.nuncio.kernel.route.RouteTableCompiler], which builds the table, then at
/// `CompiledRouteTable`, which answers. What matches, what follows from it and what happens to
/// headers are the packages `match`, `action` and `headers`, since they change for different
/// reasons.
@NullMarked
package io.nuncio.kernel.route;

import org.jspecify.annotations.NullMarked;
