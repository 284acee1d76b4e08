/// The RBAC filter of connections.
///
/// [NetworkRbacExtension] compiles the engines (main thread), [NetworkRbacFilter] asks them when
/// bytes come (worker). What is decided, and how, is in `io.nuncio.rbac`.
@NullMarked
package io.nuncio.network.rbac;

import org.jspecify.annotations.NullMarked;
