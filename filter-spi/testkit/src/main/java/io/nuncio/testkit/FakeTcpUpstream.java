package io.nuncio.testkit;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// A raw connection to a host, which the test plays. A close that flushes ends it when the test
/// says that the host has read.
public final class FakeTcpUpstream implements TcpPool.Opened {
    private final UpstreamInfo info;
    private final TcpPool.Receiver receiver;
    private final StringBuilder sent = new StringBuilder();
    private Connection.@Nullable Close closedHow;
    private String closeReason = "";
    private boolean sentEnd;
    private boolean ended;
    private int readDisabled;
    private long unsent;

    FakeTcpUpstream(UpstreamInfo info, TcpPool.Receiver receiver) {
        this.info = info;
        this.receiver = receiver;
    }

    // What the host does.

    /// The host sends text, as ISO-8859-1, and perhaps its end.
    public void receive(String text, boolean endStream) {
        if (ended || readDisabled > 0) {
            throw new AssertionError("nothing is read");
        }
        Buffer data = Buffer.copyOf(text.getBytes(StandardCharsets.ISO_8859_1));
        receiver.onData(data, endStream);
        if (!data.isEmpty()) {
            throw new AssertionError("bytes were left");
        }
    }

    /// The host closes, or what was to be flushed is flushed.
    public void ends(ConnectionEvent event) {
        if (!ended) {
            ended = true;
            receiver.onEnd(event);
        }
    }

    /// So many bytes wait for the host to read them.
    public void stalls(long bytes) {
        unsent = bytes;
        receiver.onAboveWriteBufferHighWatermark();
    }

    /// The host reads on.
    public void drains() {
        unsent = 0;
        receiver.onBelowWriteBufferLowWatermark();
    }

    // What a test looks at.

    /// What was sent since the last call, as ISO-8859-1.
    public String takeSent() {
        String text = sent.toString();
        sent.setLength(0);
        return text;
    }

    /// True if this side has half-closed.
    public boolean sentEnd() {
        return sentEnd;
    }

    /// How this side closed, null if it did not.
    public Connection.@Nullable Close closedHow() {
        return closedHow;
    }

    /// Why this side closed, empty if it did not.
    public String closeReason() {
        return closeReason;
    }

    /// True if reading is not disabled.
    public boolean reading() {
        return readDisabled == 0;
    }

    // The connection.

    @Override
    public UpstreamInfo info() {
        return info;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        if (sentEnd) {
            throw new AssertionError("written after the end");
        }
        sent.append(data.toString(StandardCharsets.ISO_8859_1));
        data.clear();
        sentEnd = endStream;
    }

    @Override
    public void readDisable(boolean disable) {
        readDisabled += disable ? 1 : -1;
        if (readDisabled < 0) {
            throw new AssertionError("reading was enabled more often than disabled");
        }
    }

    @Override
    public void close(Connection.Close how, String reason) {
        if (ended || closedHow != null) {
            return;
        }
        closedHow = how;
        closeReason = reason;
        if (how == Connection.Close.NO_FLUSH || unsent == 0) {
            ends(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    @Override
    public long unsentBytes() {
        return unsent;
    }
}
