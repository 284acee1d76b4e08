package io.nuncio.transportsockets.tls;

import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

/// What a configuration with problems compiles to; the kernel never uses it.
final class RefusedTls implements TransportSocketTemplate {
    @Override
    public TransportSocket create(TransportSocketContext context) {
        throw new IllegalStateException("the configuration of this socket had problems");
    }

    @Override
    public boolean supportsAlpn() {
        return true; // one problem is enough
    }
}
