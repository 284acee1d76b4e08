/// Restores the address that a connection was made to before the system, or this proxy, redirected
/// it.
///
/// [io.nuncio.listener.originaldst.OriginalDstExtension] compiles (main thread); its filter asks
/// each accepted socket (its worker). Start reading at
/// [io.nuncio.listener.originaldst.OriginalDstFilter].
@NullMarked
package io.nuncio.listener.originaldst;

import org.jspecify.annotations.NullMarked;
