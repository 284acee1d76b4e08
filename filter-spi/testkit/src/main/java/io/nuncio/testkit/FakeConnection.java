package io.nuncio.testkit;

import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A downstream connection without a socket, with the network filters that serve it.
///
/// It keeps a connection's contract: bytes that are not taken come again with the next ones, none
/// come while reading is disabled, and more unsent bytes than the buffer limit raise the high
/// watermark until the peer has read half of them. The peer reads nothing until the test says so,
/// if it [stalls][#peerStalls].
public final class FakeConnection implements Connection, NetworkStream {
    private final FakeWorker worker;
    private final FakeConnectionInfo info = new FakeConnectionInfo();
    private final StreamInfo streamInfo;
    private final Buffer readBuffer = new Buffer();
    private final Buffer unsent = new Buffer();
    private final StringBuilder sent = new StringBuilder();
    private final List<Callbacks> watchers = new ArrayList<>();
    private final List<Timer> timers = new ArrayList<>();
    private final List<Slot> slots = new ArrayList<>();
    private NetworkOutcome outcome = NetworkOutcome.CONTINUE;
    private State state = State.OPEN;
    private @Nullable Close closedHow;
    private int readDisabled;
    private int bufferLimit = 1024 * 1024;
    private boolean above;
    private boolean peerStalls;
    private boolean delivering;
    private boolean draining;
    private boolean destroyed;
    private boolean halfClose;
    private boolean endDelivered;
    private boolean sentEnd;
    private long delayedClose;

    public FakeConnection(FakeWorker worker) {
        this.worker = worker;
        this.streamInfo = new StreamFacts(worker, info);
    }

    /// Makes the filter that gets the connection's bytes, and tells it of the new connection.
    public void serve(NetworkFilterTemplate template) {
        serve(List.of(template));
    }

    /// The same for a chain of filters: each learns of the connection when the one before it lets
    /// it through.
    public void serve(List<NetworkFilterTemplate> templates) {
        for (int index = 0; index < templates.size(); index++) {
            slots.add(new Slot(index));
        }
        for (Slot slot : slots) {
            slot.filter = templates.get(slot.index).create(slot);
        }
        readFrom(0, readBuffer, false);
        if (state == State.OPEN) {
            slots.forEach(slot -> slot.filter().onEvent(ConnectionEvent.CONNECTED));
        }
    }

    /// The connection as one filter of the chain sees it.
    private final class Slot implements NetworkStream {
        private final int index;
        private final Buffer injected = new Buffer();
        private @Nullable NetworkFilter filter;
        private boolean started;

        Slot(int index) {
            this.index = index;
        }

        NetworkFilter filter() {
            NetworkFilter made = filter;
            if (made == null) {
                throw new IllegalStateException("the filter is still being made");
            }
            return made;
        }

        @Override
        public Connection connection() {
            return FakeConnection.this;
        }

        @Override
        public Worker worker() {
            return worker;
        }

        @Override
        public void resume() {
            if (state == State.OPEN) {
                readFrom(index + 1, readBuffer, endDelivered);
            }
        }

        @Override
        public void injectRead(Buffer data, boolean endStream) {
            data.moveTo(injected);
            readFrom(index + 1, injected, endStream);
        }

        @Override
        public void injectWrite(Buffer data, boolean endStream) {
            writeFrom(index - 1, data, endStream);
        }

        @Override
        public Timer timer(Runnable task) {
            return FakeConnection.this.timer(task);
        }

        @Override
        public void post(Runnable task) {
            FakeConnection.this.post(task);
        }

        @Override
        public boolean drainClose() {
            return draining;
        }
    }

    private void readFrom(int first, Buffer data, boolean endStream) {
        for (Slot slot : slots.subList(Math.min(first, slots.size()), slots.size())) {
            if (!slot.started) {
                slot.started = true;
                if (stops(slot, slot.filter().onNewConnection())) {
                    return;
                }
            }
            if (!data.isEmpty() || endStream) {
                if (stops(slot, slot.filter().onData(data, endStream))) {
                    return;
                }
            }
        }
    }

    private boolean stops(Slot slot, NetworkOutcome said) {
        if (slot.index == 0) {
            outcome = said;
        }
        return said == NetworkOutcome.STOP || state != State.OPEN;
    }

    // What the peer does.

    /// The peer sends text, as ISO-8859-1.
    public FakeConnection receive(String text) {
        if (state == State.OPEN) {
            readBuffer.append(text.getBytes(StandardCharsets.ISO_8859_1));
            deliver();
        }
        return this;
    }

    private void deliver() {
        if (delivering || slots.isEmpty()) {
            return;
        }
        delivering = true;
        int before = -1;
        while (state == State.OPEN
                && readDisabled == 0
                && !readBuffer.isEmpty()
                && readBuffer.length() != before) {
            before = readBuffer.length();
            readFrom(0, readBuffer, endDelivered);
        }
        delivering = false;
    }

    /// The peer sends these bytes; `data` is emptied.
    public FakeConnection receive(Buffer data) {
        if (state == State.OPEN) {
            data.moveTo(readBuffer);
            deliver();
        } else {
            data.clear();
        }
        return this;
    }

    /// How many bytes no filter has taken.
    public int unread() {
        return readBuffer.length();
    }

    /// True once the filters have been told that the peer sends no more.
    public boolean endDelivered() {
        return endDelivered;
    }

    /// What has reached the peer since the last call.
    public String takeSent() {
        String text = sent.toString();
        sent.setLength(0);
        return text;
    }

    /// From now on (true) the peer reads nothing, or (false) it reads all there is.
    public void peerStalls(boolean stalls) {
        peerStalls = stalls;
        flush();
    }

    /// The peer sends no more, and goes on reading.
    public void peerEnds() {
        if (!halfClose) {
            peerCloses();
        } else if (state == State.OPEN) {
            endDelivered = true;
            readFrom(0, readBuffer, true);
        }
    }

    /// The peer closes the connection.
    public void peerCloses() {
        end(ConnectionEvent.REMOTE_CLOSE);
    }

    /// The server drains: as told to every connection.
    public void drain() {
        draining = true;
        slots.forEach(slot -> slot.filter().onDrain());
    }

    /// What [#drainClose] says from now on.
    public void drainClose(boolean close) {
        draining = close;
    }

    // What a test looks at.

    @Override
    public FakeConnectionInfo info() {
        return info;
    }

    public boolean open() {
        return state == State.OPEN;
    }

    /// What the filter returned last, for a new connection or for data: whether the next filter of
    /// a chain would have been asked.
    public NetworkOutcome outcome() {
        return outcome;
    }

    /// True if this side has half-closed.
    public boolean sentEnd() {
        return sentEnd;
    }

    /// True if reading is not disabled.
    public boolean reading() {
        return readDisabled == 0;
    }

    /// How this side closed the connection, null if it did not.
    public @Nullable Close closedHow() {
        return closedHow;
    }

    /// How long a delayed close waits, in nanoseconds.
    public long delayedClose() {
        return delayedClose;
    }

    /// How many bytes wait to be read by the peer.
    public int unsent() {
        return unsent.length();
    }

    // The connection.

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
        return state;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        writeFrom(slots.size() - 1, data, endStream);
    }

    private void writeFrom(int last, Buffer data, boolean endStream) {
        for (int index = last; index >= 0; index--) {
            if (slots.get(index).filter().onWrite(data, endStream) == NetworkOutcome.STOP) {
                data.clear();
                return;
            }
        }
        if (state == State.CLOSED) {
            data.clear();
            return;
        }
        data.moveTo(unsent);
        sentEnd |= endStream;
        flush();
    }

    private void flush() {
        if (!peerStalls) {
            sent.append(unsent.toString(StandardCharsets.ISO_8859_1));
            unsent.clear();
        }
        if (!above && bufferLimit > 0 && unsent.length() > bufferLimit) {
            above = true;
            slots.forEach(slot -> slot.filter().onAboveWriteBufferHighWatermark());
            List.copyOf(watchers).forEach(Callbacks::onAboveWriteBufferHighWatermark);
        } else if (above && unsent.length() <= bufferLimit / 2) {
            above = false;
            slots.forEach(slot -> slot.filter().onBelowWriteBufferLowWatermark());
            List.copyOf(watchers).forEach(Callbacks::onBelowWriteBufferLowWatermark);
        }
    }

    @Override
    public void close(Close how, String reason) {
        if (state != State.OPEN) {
            return;
        }
        closedHow = how;
        info.closeReason(reason);
        if (how == Close.NO_FLUSH || how == Close.ABORT_RESET) {
            unsent.clear();
        }
        end(ConnectionEvent.LOCAL_CLOSE);
    }

    private void end(ConnectionEvent event) {
        if (state != State.OPEN) {
            return;
        }
        state = State.CLOSED;
        timers.forEach(Timer::disarm);
        flush();
        slots.forEach(slot -> slot.filter().onEvent(event));
        List.copyOf(watchers).forEach(watcher -> watcher.onEvent(event));
        // The filter may be on the stack: it is destroyed when the loop comes round again.
        worker.post(this::destroy);
    }

    private void destroy() {
        if (!destroyed) {
            destroyed = true;
            readBuffer.clear();
            unsent.clear();
            for (Slot slot : slots) {
                slot.injected.clear();
                slot.filter().onDestroy();
            }
        }
    }

    @Override
    public void readDisable(boolean disable) {
        readDisabled += disable ? 1 : -1;
        if (readDisabled < 0) {
            throw new AssertionError("reading was enabled more often than disabled");
        }
        if (!disable && readDisabled == 0 && !readBuffer.isEmpty()) {
            worker.post(this::deliver);
        }
    }

    @Override
    public long unsentBytes() {
        return unsent.length();
    }

    @Override
    public boolean aboveHighWatermark() {
        return above;
    }

    @Override
    public int bufferLimit() {
        return bufferLimit;
    }

    @Override
    public void bufferLimit(int bytes) {
        bufferLimit = bytes;
        flush();
    }

    @Override
    public void halfClose(boolean enabled) {
        halfClose = enabled;
    }

    @Override
    public void delayedCloseTimeout(long nanos) {
        delayedClose = nanos;
    }

    @Override
    public void addCallbacks(Callbacks callbacks) {
        watchers.add(callbacks);
    }

    @Override
    public void removeCallbacks(Callbacks callbacks) {
        watchers.remove(callbacks);
    }

    // The connection as its filter sees it.

    @Override
    public Connection connection() {
        return this;
    }

    @Override
    public void resume() {
        deliver();
    }

    @Override
    public void injectRead(Buffer data, boolean endStream) {
        data.moveTo(readBuffer);
        deliver();
    }

    @Override
    public void injectWrite(Buffer data, boolean endStream) {
        writeFrom(-1, data, endStream);
    }

    @Override
    public Timer timer(Runnable task) {
        Timer timer = worker.timer(task);
        timers.add(timer);
        return timer;
    }

    @Override
    public void post(Runnable task) {
        worker.post(() -> {
            if (!destroyed) {
                task.run();
            }
        });
    }

    @Override
    public boolean drainClose() {
        return draining;
    }
}
