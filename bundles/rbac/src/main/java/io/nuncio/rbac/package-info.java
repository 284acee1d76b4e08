/// Who may do what: the engine of the RBAC filters.
///
/// An [Engine] decides by policies or by a matcher; it is compiled on the main thread and asked by
/// workers. [PermissionCompiler] and [PrincipalCompiler] make the conditions of policies, both with
/// [Facts]. Start reading at [Engine]; the filters are in `io.nuncio.network.rbac` and
/// `io.nuncio.http.rbac`.
@NullMarked
package io.nuncio.rbac;

import org.jspecify.annotations.NullMarked;
