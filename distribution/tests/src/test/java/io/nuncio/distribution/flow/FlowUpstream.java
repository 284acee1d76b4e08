package io.nuncio.distribution.flow;

import java.io.IOException;

/// The upstream end.
interface FlowUpstream extends AutoCloseable {
    /// Answers one request; runs on a thread of its own.
    @FunctionalInterface
    interface Handler {
        void serve(FlowExchange exchange) throws IOException;
    }

    @Override
    void close();
}
