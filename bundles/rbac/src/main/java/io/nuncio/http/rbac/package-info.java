/// The RBAC filter of requests.
///
/// [RbacExtension] compiles the engines of the filter and of routes (main thread), [RbacFilter]
/// asks them for each request (worker). What is decided, and how, is in `io.nuncio.rbac`.
@NullMarked
package io.nuncio.http.rbac;

import org.jspecify.annotations.NullMarked;
