package io.nuncio.network.httpconnectionmanager;

/// What serves the streams that begin now, on all connections of a filter chain: changes when the
/// template of the chain hands over to a successor. Set on the main thread, read on the workers,
/// once per stream.
final class Serving {
    private volatile ConnectionManagerConfig config;

    Serving(ConnectionManagerConfig config) {
        this.config = config;
    }

    ConnectionManagerConfig config() {
        return config;
    }

    void become(ConnectionManagerConfig next) {
        config = next;
    }
}
