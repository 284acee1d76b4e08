package io.nuncio.spi.host;

import org.osgi.annotation.versioning.ProviderType;

/// Where a connection manager gets its routes from: always the same, or changing.
@ProviderType
public interface RouteSource extends AutoCloseable {
    /// The routes as they are now. A stream that has asked keeps what it got, and says so by
    /// [RouteTable#enter]. Thread: any.
    RouteTable current();

    /// No more routes are wanted. Thread: main.
    @Override
    void close();

    /// Routes that never change.
    static RouteSource of(RouteTable table) {
        return new RouteSource() {
            @Override
            public RouteTable current() {
                return table;
            }

            @Override
            public void close() {
                table.close();
            }
        };
    }
}
