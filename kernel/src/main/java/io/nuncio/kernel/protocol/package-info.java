/// Which version of HTTP a connection speaks: as configured, as ALPN agreed, or by its first bytes.
///
/// Made by the kernel's assembly as the [io.nuncio.spi.host.Codecs] of the platform; compiles on
/// the main thread, chooses on the connection's worker. Start reading at
/// [io.nuncio.kernel.protocol.HttpCodecs].
@NullMarked
package io.nuncio.kernel.protocol;

import org.jspecify.annotations.NullMarked;
