/// The transport socket of clusters whose endpoints are internal listeners,
/// `envoy.transport_sockets.internal_upstream`: it carries another's bytes, and tells the
/// listener's end what the connection begins with.
///
/// [InternalUpstreamExtension] compiles the configuration (main thread); [InternalUpstreamTemplate]
/// gathers what is passed on, for each connection (worker). Start reading there.
@NullMarked
package io.nuncio.transportsockets.internalupstream;

import org.jspecify.annotations.NullMarked;
