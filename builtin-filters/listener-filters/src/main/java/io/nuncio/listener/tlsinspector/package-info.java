/// Looks into the first bytes of a connection for a TLS ClientHello: server name, application
/// protocols, fingerprints.
///
/// [io.nuncio.listener.tlsinspector.TlsInspectorExtension] compiles (main thread); a
/// [io.nuncio.listener.tlsinspector.TlsInspectorFilter] per accepted socket reads (its worker).
/// Start reading at [io.nuncio.listener.tlsinspector.ClientHelloReader].
@NullMarked
package io.nuncio.listener.tlsinspector;

import org.jspecify.annotations.NullMarked;
