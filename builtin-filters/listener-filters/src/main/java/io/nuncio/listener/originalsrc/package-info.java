/// Makes connections to upstreams come from the address of the downstream's peer.
///
/// [io.nuncio.listener.originalsrc.OriginalSrcExtension] compiles (main thread); its filter notes
/// the address of each accepted socket (its worker), and the kernel binds to it. Start reading at
/// [io.nuncio.listener.originalsrc.OriginalSrcExtension].
@NullMarked
package io.nuncio.listener.originalsrc;

import org.jspecify.annotations.NullMarked;
