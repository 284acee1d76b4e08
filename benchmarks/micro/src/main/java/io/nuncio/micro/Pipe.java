package io.nuncio.micro;

import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

/// A connection whose written bytes wait for whoever takes them.
final class Pipe implements Connection {
    final Buffer written = new Buffer();
    private final Worker worker;
    private final ConnectionInfo info = new NoConnection();
    private final StreamInfo streamInfo;

    Pipe(Worker worker) {
        this.worker = worker;
        this.streamInfo = new StreamFacts(worker, info);
    }

    @Override
    public ConnectionInfo info() {
        return info;
    }

    @Override
    public StreamInfo streamInfo() {
        return streamInfo;
    }

    @Override
    public Worker worker() {
        return worker;
    }

    @Override
    public State state() {
        return State.OPEN;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        data.moveTo(written);
    }

    @Override
    public void close(Close how, String reason) {
        throw new IllegalStateException("closed: " + reason);
    }

    @Override
    public void readDisable(boolean disable) {}

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public boolean aboveHighWatermark() {
        return false;
    }

    @Override
    public int bufferLimit() {
        return 1024 * 1024;
    }

    @Override
    public void bufferLimit(int bytes) {}

    @Override
    public void halfClose(boolean enabled) {}

    @Override
    public void delayedCloseTimeout(long nanos) {}

    @Override
    public void addCallbacks(Callbacks callbacks) {}

    @Override
    public void removeCallbacks(Callbacks callbacks) {}
}
