/// Looks up names for the clusters and everything else on the main thread, without blocking it.
///
/// [io.nuncio.kernel.dns.DnsResolver] answers from IP literals and the hosts file first, then asks
/// the name servers of `resolv.conf` over Netty's DNS client, on the main loop, and tells the
/// smallest time to live. Nothing is cached: whoever asks decides when to ask again. The server
/// makes one.
///
/// Start reading at [io.nuncio.kernel.dns.DnsResolver].
@NullMarked
package io.nuncio.kernel.dns;

import org.jspecify.annotations.NullMarked;
