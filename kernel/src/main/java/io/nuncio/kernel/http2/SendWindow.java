package io.nuncio.kernel.http2;

import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// How much content the peer still takes on the connection as a whole, and the line of streams that
/// wait for more (RFC 9113, 5.2).
///
/// A stream that waits for its own window alone is not in the line. When the window opens, the
/// streams in the line send a frame each, in turns.
final class SendWindow {
    /// The window of a connection before any update, which SETTINGS do not change.
    static final int INITIAL = 65535;

    private final FrameWriter writer;
    private int window = INITIAL;
    private @Nullable Http2Stream first;
    private @Nullable Http2Stream last;

    SendWindow(FrameWriter writer) {
        this.writer = writer;
    }

    /// Sends DATA, as much of `source` as the windows and `most` allow; a stream that has to wait
    /// for the connection joins the line.
    ///
    /// @param end true if the stream ends with the last byte of `source`
    /// @return true if the end was sent
    boolean send(Http2Stream stream, Slices source, boolean end, int most) {
        int quota = most;
        while (true) {
            int left = source.length();
            int count = 0;
            if (left > 0) {
                count = Math.min(Math.min(left, quota), FrameReader.MAX_FRAME);
                count = Math.min(count, Math.min(window, stream.sendWindow));
                if (count <= 0) {
                    if (stream.sendWindow > 0) {
                        join(stream);
                    }
                    return false;
                }
            } else if (!end) {
                return false;
            }
            boolean ends = end && count == left;
            writer.data(stream.id, ends, source, count);
            stream.countSent(FrameWriter.HEADER + count);
            window -= count;
            stream.sendWindow -= count;
            quota -= count;
            if (ends) {
                return true;
            }
        }
    }

    /// @return false if the window would be larger than there may be
    boolean open(int increment) {
        if (window > Integer.MAX_VALUE - increment) {
            return false;
        }
        window += increment;
        while (window > 0 && first != null) {
            Http2Stream stream = first;
            leave(stream);
            stream.sendPending(FrameReader.MAX_FRAME);
        }
        return true;
    }

    private void join(Http2Stream stream) {
        if (stream.waiting) {
            return;
        }
        stream.waiting = true;
        stream.nextWaiting = null;
        stream.previousWaiting = last;
        if (last == null) {
            first = stream;
        } else {
            last.nextWaiting = stream;
        }
        last = stream;
    }

    /// The stream does not wait any more; nothing happens if it did not.
    void leave(Http2Stream stream) {
        if (!stream.waiting) {
            return;
        }
        stream.waiting = false;
        Http2Stream before = stream.previousWaiting;
        Http2Stream after = stream.nextWaiting;
        if (before == null) {
            first = after;
        } else {
            before.nextWaiting = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previousWaiting = before;
        }
        stream.previousWaiting = null;
        stream.nextWaiting = null;
    }
}
