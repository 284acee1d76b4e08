package io.nuncio.kernel.http1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

/// A connection that collects what is written.
final class FakeConnection implements Connection {
    private final StringBuilder written = new StringBuilder();
    private State state = State.OPEN;
    private Close closedHow = Close.NO_FLUSH;
    private int readDisables;
    private boolean aboveHighWatermark;
    private boolean sentEnd;

    /// What was written since the last call.
    String takeWritten() {
        String text = written.toString();
        written.setLength(0);
        return text;
    }

    boolean reading() {
        return readDisables == 0;
    }

    boolean open() {
        return state == State.OPEN;
    }

    /// True if this side has half-closed.
    boolean sentEnd() {
        return sentEnd;
    }

    Close closedHow() {
        return closedHow;
    }

    void aboveHighWatermark(boolean above) {
        aboveHighWatermark = above;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        if (sentEnd) {
            throw new AssertionError("written after the end");
        }
        written.append(data.toString(ISO_8859_1));
        data.clear();
        sentEnd = endStream;
    }

    @Override
    public void close(Close how, String reason) {
        state = State.CLOSED;
        closedHow = how;
    }

    @Override
    public void readDisable(boolean disable) {
        readDisables += disable ? 1 : -1;
        if (readDisables < 0) {
            throw new AssertionError("reading was enabled more often than disabled");
        }
    }

    @Override
    public long unsentBytes() {
        return 0;
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
    public void addCallbacks(Callbacks callbacks) {}

    @Override
    public void removeCallbacks(Callbacks callbacks) {}

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
        throw new AssertionError("a codec knows no time");
    }
}
