package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/// A connection that collects what is written. Its peer reads everything, unless it stalls.
final class FakeConnection implements Connection {
    final FakeWorker worker = new FakeWorker();
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final List<Callbacks> watchers = new ArrayList<>();
    private State state = State.OPEN;
    private String closeReason = "";
    private boolean aboveHighWatermark;
    private boolean stalls;
    private long unsent;
    int writes;

    /// What was written since the last call.
    byte[] takeWritten() {
        byte[] bytes = written.toByteArray();
        written.reset();
        return bytes;
    }

    /// From now on the peer reads nothing.
    void stall() {
        stalls = true;
    }

    /// The peer reads so many of the bytes that wait.
    void sent(long bytes) {
        unsent -= bytes;
    }

    String closeReason() {
        return closeReason;
    }

    void aboveHighWatermark(boolean above) {
        aboveHighWatermark = above;
    }

    void peerCloses() {
        end(ConnectionEvent.REMOTE_CLOSE);
    }

    private void end(ConnectionEvent event) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            List.copyOf(watchers).forEach(watcher -> watcher.onEvent(event));
        }
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        if (state == State.OPEN) {
            writes++;
            written.writeBytes(data.toByteArray());
            unsent += stalls ? data.length() : 0;
        }
        data.clear();
    }

    @Override
    public void close(Close how, String reason) {
        closeReason = reason;
        end(ConnectionEvent.LOCAL_CLOSE);
    }

    @Override
    public void readDisable(boolean disable) {
        throw new AssertionError("one stream does not stop the others");
    }

    @Override
    public long unsentBytes() {
        return unsent;
    }

    @Override
    public boolean aboveHighWatermark() {
        return aboveHighWatermark;
    }

    @Override
    public State state() {
        return state;
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
    public void addCallbacks(Callbacks callbacks) {
        watchers.add(callbacks);
    }

    @Override
    public void removeCallbacks(Callbacks callbacks) {
        watchers.remove(callbacks);
    }

    @Override
    public ConnectionInfo info() {
        throw new AssertionError("a codec has no interest in addresses");
    }

    @Override
    public StreamInfo streamInfo() {
        throw new AssertionError("a codec does not log");
    }

    @Override
    public Worker worker() {
        return worker;
    }
}
