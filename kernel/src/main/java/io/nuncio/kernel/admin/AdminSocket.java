package io.nuncio.kernel.admin;

import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.spi.Address;

/// Where the admin server listens, and how many connections it takes.
///
/// @param limit of the connections of all listeners, the admin server's among them
/// @param ignoreLimit true if the admin server's are counted and never refused
public record AdminSocket(
        Address address, ListenOptions options, ConnectionLimit limit, boolean ignoreLimit) {}
