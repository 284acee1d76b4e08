/// The echo filter: a terminal network filter that sends back every byte.
///
/// [EchoExtension] makes one [EchoFilter] for each connection, on its worker. Start reading there.
@NullMarked
package io.nuncio.network.echo;

import org.jspecify.annotations.NullMarked;
