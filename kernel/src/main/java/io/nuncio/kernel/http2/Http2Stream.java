package io.nuncio.kernel.http2;

import io.nuncio.kernel.codec.CodecStream;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// One stream: where it is in its life (RFC 9113, 5.1), its windows, what waits to be sent and what
/// waits to be read by a user that has disabled reading.
abstract class Http2Stream extends CodecStream {
    /// The content's length is not known.
    static final long ANY_LENGTH = -1;

    final Session session;

    /// 0 before a client's stream has sent its headers.
    int id;

    // In the table.
    @Nullable Http2Stream previous;
    @Nullable Http2Stream next;

    // In the line of those that wait for the connection's window.
    @Nullable Http2Stream previousWaiting;
    @Nullable Http2Stream nextWaiting;
    boolean waiting;

    // What the peer sends.
    boolean remoteEnd;
    long contentLeft = ANY_LENGTH;
    int receiveWindow;
    int received; // and read, but not given back to the peer
    int unread; // and so not given back
    int priorities;
    int windowUpdates;
    private @Nullable Buffer held;
    private @Nullable Trailers heldTrailers;
    private @Nullable Runnable deliverTask;
    private boolean deliverAsked;

    // What we send.
    int sendWindow;
    boolean localEnd; // END_STREAM is sent

    /// Both sides have ended it; it may still have something for its user to read.
    boolean complete;

    /// Nothing is sent or delivered any more.
    boolean closed;

    private @Nullable Buffer pending;
    private @Nullable Trailers pendingTrailers;
    private boolean endAsked; // the user has sent its end
    private int bufferLimit;

    Http2Stream(Session session) {
        super(session.connection());
        this.session = session;
        bufferLimit = session.settings().streamWindow();
        receiveWindow = session.settings().streamWindow();
    }

    // What its user gets.

    /// An empty map for the header block that begins.
    abstract HeaderMap newHeaders(boolean trailers);

    /// How much content follows, as the headers say.
    ///
    /// @param announced the value of content-length, or [#ANY_LENGTH]
    abstract long contentLength(HeaderMap headers, long announced);

    /// @return true if it is valid
    abstract boolean onHeaders(HeaderMap headers, boolean endStream);

    abstract void deliverData(Buffer data, boolean endStream);

    abstract void deliverTrailers(Trailers trailers);

    /// True if a header block now is one of trailers.
    abstract boolean expectsTrailers();

    // Receiving.

    /// Takes content out of `source`, for the user if it reads.
    ///
    /// @param last true if the stream ends with it
    final void receive(Slices source, int count, boolean last) {
        if (readDisables() > 0 || holding()) {
            hold(source, count);
            return;
        }
        Buffer part = session.body();
        Slices.of(part).take(source, count);
        deliverData(part, last);
        part.clear();
        if (readDisables() > 0 && !closed) {
            unread += count;
        } else {
            session.consumed(this, count);
        }
    }

    private void hold(Slices source, int count) {
        Buffer buffer = held;
        if (buffer == null) {
            buffer = new Buffer();
            held = buffer;
        }
        Slices.of(buffer).take(source, count);
        unread += count;
    }

    /// Something waits for the user to read on.
    final boolean holding() {
        return held != null;
    }

    final void receiveTrailers(Trailers trailers) {
        if (holding()) {
            heldTrailers = trailers;
        } else {
            deliverTrailers(trailers);
        }
    }

    @Override
    protected final void onReadDisable(boolean disable) {
        if (disable || readDisables() > 0 || closed) {
            return;
        }
        if (holding()) {
            deliverSoon();
        } else if (unread > 0) {
            int count = unread;
            unread = 0;
            session.consumed(this, count);
            session.flush();
        }
    }

    /// Not at once, since the user is in the middle of something.
    private void deliverSoon() {
        if (deliverAsked) {
            return;
        }
        deliverAsked = true;
        Runnable task = deliverTask;
        if (task == null) {
            task = this::deliverHeld;
            deliverTask = task;
        }
        session.connection().worker().post(task);
    }

    private void deliverHeld() {
        deliverAsked = false;
        Buffer buffer = held;
        if (buffer == null || readDisables() > 0 || closed) {
            return;
        }
        int limit = session.connection().bufferLimit();
        int count = limit == 0 ? buffer.length() : Math.min(limit, buffer.length());
        boolean all = count == buffer.length();
        if (all) {
            held = null;
        }
        Trailers trailers = all ? heldTrailers : null;
        Buffer part = session.body();
        buffer.moveTo(part, count);
        boolean end = all && remoteEnd && trailers == null;
        if (count > 0 || end) {
            deliverData(part, end);
            part.clear();
        }
        if (readDisables() == 0 && !closed) {
            // With what was delivered just before the user stopped, and so was not counted.
            int read = unread - (holding() ? buffer.length() : 0);
            unread -= read;
            session.consumed(this, read);
        }
        if (trailers != null && !closed) {
            deliverTrailers(trailers);
        }
        if (!closed && !all && readDisables() == 0) {
            deliverSoon();
        }
        session.onDelivered(this);
    }

    // Sending.

    final void sendHeaders(HeaderMap headers, boolean endStream) {
        endAsked = endStream;
        session.sendHeaders(this, headers, endStream);
        session.flush(this);
    }

    final void sendData(Buffer data, boolean endStream) {
        Slices source = Slices.of(data);
        if (closed || endAsked) {
            source.release();
            return;
        }
        endAsked = endStream;
        if (pending == null) {
            session.sendData(this, source, endStream, Integer.MAX_VALUE);
        }
        if (source.length() > 0 && !closed) {
            session.stats().pendingSendBytes().add(source.length());
            pending().takeAll(source);
            checkHighWatermark();
        }
        session.flush(this);
    }

    private Slices pending() {
        Buffer buffer = pending;
        if (buffer == null) {
            buffer = new Buffer();
            pending = buffer;
        }
        return Slices.of(buffer);
    }

    final void sendTrailers(Trailers trailers) {
        if (closed || endAsked) {
            return;
        }
        endAsked = true;
        if (pending == null) {
            writeTrailers(trailers);
        } else if (!trailers.isEmpty()) {
            pendingTrailers = Trailers.copyOf(trailers);
        }
        session.flush(this);
    }

    /// Trailers without a header are an end without trailers.
    private void writeTrailers(Trailers trailers) {
        if (trailers.isEmpty()) {
            session.sendData(this, session.nothing(), true, 0);
        } else {
            session.sendHeaders(this, trailers, true);
        }
    }

    /// True if the user can send no more.
    final boolean endAsked() {
        return endAsked;
    }

    /// Sends at most `most` bytes of what waits for a window, as far as the windows allow.
    final void sendPending(int most) {
        Buffer buffer = pending;
        if (buffer == null) {
            return;
        }
        int before = buffer.length();
        boolean end = endAsked && pendingTrailers == null;
        Slices source = Slices.of(buffer);
        session.sendData(this, source, end, most);
        session.stats().pendingSendBytes().subtract(before - source.length());
        if (closed) {
            return;
        }
        if (source.length() == 0) {
            pending = null;
            Trailers trailers = pendingTrailers;
            pendingTrailers = null;
            if (trailers != null) {
                writeTrailers(trailers);
            }
        }
        if (!closed && source.length() <= bufferLimit / 2) {
            onBelowOwnLowWatermark();
        }
    }

    private int pendingBytes() {
        return pending == null ? 0 : pending.length();
    }

    private void checkHighWatermark() {
        if (bufferLimit > 0 && pendingBytes() > bufferLimit) {
            onAboveOwnHighWatermark();
        }
    }

    @Override
    public final int bufferLimit() {
        return bufferLimit;
    }

    @Override
    public final void bufferLimit(int bytes) {
        bufferLimit = bytes;
        checkHighWatermark();
        if (bytes == 0 || pendingBytes() <= bytes / 2) {
            onBelowOwnLowWatermark();
        }
    }

    // The end.

    @Override
    public final void reset(ResetReason reason) {
        if (!closed) {
            session.reset(this, code(reason));
            session.flush(this);
        }
    }

    private static int code(ResetReason reason) {
        return switch (reason) {
            case LOCAL_REFUSED_STREAM_RESET -> ErrorCode.REFUSED_STREAM;
            case CONNECT_ERROR -> ErrorCode.CONNECT_ERROR;
            case PROTOCOL_ERROR -> ErrorCode.PROTOCOL_ERROR;
            default -> ErrorCode.NO_ERROR;
        };
    }

    /// The codec ends the stream before its time: tells the user.
    final void cut(ResetReason reason) {
        var user = user();
        session.close(this);
        if (user != null) {
            user.onReset(reason, "");
        }
    }

    /// Frees what it holds; nothing is sent or delivered any more.
    ///
    /// @return how many bytes were not given back to the connection's window
    final int end() {
        closed = true;
        int count = unread;
        unread = 0;
        if (pending != null) {
            session.stats().pendingSendBytes().subtract(pending.length());
            pending.clear();
            pending = null;
        }
        if (held != null) {
            held.clear();
            held = null;
        }
        pendingTrailers = null;
        heldTrailers = null;
        markEnded();
        return count;
    }
}
