package io.nuncio.kernel.network;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;

/// Sends back what it gets; for tests.
final class EchoFilter implements NetworkFilter {
    private final NetworkStream stream;

    EchoFilter(NetworkStream stream) {
        this.stream = stream;
    }

    @Override
    public NetworkOutcome onData(Buffer data, boolean endStream) {
        stream.connection().write(data, endStream);
        return NetworkOutcome.STOP;
    }
}
