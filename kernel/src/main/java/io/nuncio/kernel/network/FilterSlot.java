package io.nuncio.kernel.network;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// One network filter's place in the chain of one connection.
final class FilterSlot implements NetworkStream {
    private final SocketConnection connection;
    private final int index;
    private @Nullable NetworkFilter filter;
    private @Nullable Buffer injected;
    boolean started;

    FilterSlot(SocketConnection connection, int index) {
        this.connection = connection;
        this.index = index;
    }

    void create(NetworkFilterTemplate template) {
        filter = template.create(this);
    }

    NetworkFilter filter() {
        NetworkFilter created = filter;
        if (created == null) {
            throw new IllegalStateException("the filter is still being made");
        }
        return created;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public Worker worker() {
        return connection.worker();
    }

    @Override
    public void resume() {
        connection.resumeAfter(index);
    }

    @Override
    public void injectRead(Buffer data, boolean endStream) {
        Buffer waiting = injected;
        if (waiting == null) {
            waiting = new Buffer();
            injected = waiting;
        }
        data.moveTo(waiting);
        connection.readFrom(index + 1, waiting, endStream);
    }

    @Override
    public void injectWrite(Buffer data, boolean endStream) {
        connection.writeFrom(index - 1, data, endStream);
    }

    @Override
    public Timer timer(Runnable task) {
        return connection.timer(task);
    }

    @Override
    public void post(Runnable task) {
        connection.post(task);
    }

    @Override
    public boolean drainClose() {
        return connection.drainClose();
    }

    void destroy() {
        if (injected != null) {
            injected.clear();
        }
        if (filter != null) {
            filter.onDestroy();
        }
    }
}
