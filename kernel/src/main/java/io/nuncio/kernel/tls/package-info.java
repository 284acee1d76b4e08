/// TLS for transport sockets: BoringSSL where its library can be loaded, the JDK's own TLS
/// elsewhere or by choice.
///
/// Bundles that offer TLS sockets come in through [TlsContexts] (main thread), which makes one
/// context of the library per configuration; [TlsSocket] is one connection's engine and runs on the
/// connection's worker. Which certificate answers is decided by [IdentityChoice] from what the
/// peer's ClientHello says. Start reading at [TlsSocket].
@NullMarked
package io.nuncio.kernel.tls;

import org.jspecify.annotations.NullMarked;
