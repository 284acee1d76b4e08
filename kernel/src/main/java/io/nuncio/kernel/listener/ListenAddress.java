package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.ListenOptions;
import io.nuncio.spi.Address;

/// One of the addresses of a listener, and how its sockets are made.
record ListenAddress(Address address, ListenOptions socket) {
    /// True if the system chooses the port.
    boolean anyPort() {
        return address instanceof Address.Ip ip && ip.port() == 0;
    }
}
