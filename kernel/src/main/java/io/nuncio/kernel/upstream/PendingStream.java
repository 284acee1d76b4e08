package io.nuncio.kernel.upstream;

import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResponseReceiver;

import org.jspecify.annotations.Nullable;

/// A request that waits for a connection: a link of the pool's queue. Thread: the pool's worker.
final class PendingStream implements HttpPool.Wait {
    final ResponseReceiver receiver;
    final HttpPool.Callbacks callbacks;
    @Nullable PendingStream previous;
    @Nullable PendingStream next;
    @Nullable PendingQueue queue;
    private final ConnectionPool pool;

    PendingStream(ConnectionPool pool, ResponseReceiver receiver, HttpPool.Callbacks callbacks) {
        this.pool = pool;
        this.receiver = receiver;
        this.callbacks = callbacks;
    }

    @Override
    public void cancel() {
        if (queue != null) {
            pool.cancel(this);
        }
    }
}
