package io.nuncio.network.httpconnectionmanager;

import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;

/// A compiled connection manager. A successor that speaks the same protocols to its peers, under
/// the same names of statistics, takes over the connections, so that a change of filters or routes
/// closes none.
final class ConnectionManagerTemplate implements NetworkFilterTemplate {
    private final ConnectionManagerConfig config;
    private Serving serving; // set before a worker sees the template

    ConnectionManagerTemplate(ConnectionManagerConfig config) {
        this.config = config;
        this.serving = new Serving(config);
    }

    @Override
    public NetworkFilter create(NetworkStream stream) {
        return new ConnectionManagerFilter(serving, stream);
    }

    @Override
    public boolean terminal() {
        return true;
    }

    @Override
    public boolean accepts(NetworkFilterTemplate successor) {
        return successor instanceof ConnectionManagerTemplate other
                && other.config.codecConfig().equals(config.codecConfig())
                && other.config.stats().sameAs(config.stats());
    }

    @Override
    public void handOver(NetworkFilterTemplate successor, Runnable released) {
        ConnectionManagerTemplate next = (ConnectionManagerTemplate) successor;
        next.serving = serving;
        serving.become(next.config);
        config.chain().whenUnused(released);
    }

    @Override
    public void close() {
        config.chain().close();
        config.accessLog().close();
        config.routes().close();
    }
}
