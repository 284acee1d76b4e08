package io.nuncio.distribution.flow;

import java.io.IOException;

/// The downstream end.
interface FlowClient extends AutoCloseable {
    /// Sends the head of a request with a body of that length.
    FlowExchange open(long requestBytes) throws IOException;

    @Override
    void close();
}
