package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;

/// A compiled connection manager.
record ConnectionManagerTemplate(ConnectionManagerConfig config) implements NetworkFilterTemplate {
    @Override
    public NetworkFilter create(NetworkStream stream) {
        return new ConnectionManagerFilter(config, stream);
    }

    @Override
    public boolean terminal() {
        return true;
    }

    @Override
    public void close() {
        config.accessLog().close();
        config.routes().close();
    }
}
