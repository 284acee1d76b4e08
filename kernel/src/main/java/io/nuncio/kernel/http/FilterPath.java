package io.nuncio.kernel.http;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.DataOutcome;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.LocalReply;
import io.nuncio.spi.TrailersOutcome;

import org.jspecify.annotations.Nullable;

/// One direction of a stream: where each filter stands, what is held back for it, and how it goes
/// on after a pause.
///
/// [RequestPath] walks the filters in the order of the chain, [ResponsePath] in reverse; both ask
/// this class what a filter's outcome means. The rules are those of Envoy's
/// `ActiveStreamFilterBase`, except that each filter holds back what it holds in a buffer of its
/// own: so a filter that goes on never sends what another one still keeps.
abstract sealed class FilterPath permits RequestPath, ResponsePath {
    /// Iteration state of a filter: the lowest two bits of its marks.
    private static final int STATE = 3;

    private static final int FLOWING = 0;
    private static final int PAUSED = 1;
    private static final int PAUSED_ALL_AND_BUFFER = 2;
    private static final int PAUSED_ALL_AT_WATERMARK = 3;

    /// The next filter has had the headers.
    private static final int HEADERS_PASSED = 1 << 2;

    /// The filter has seen the end of this direction.
    private static final int SAW_END = 1 << 3;

    /// The filter was paused for everything: what follows the headers begins with this filter, not
    /// with the next.
    private static final int BEGIN_HERE = 1 << 4;

    /// A callback of the filter in this direction is on the stack.
    private static final int IN_CALLBACK = 1 << 5;

    /// The filter asked to go on while its callback ran.
    private static final int RESUME_ASKED = 1 << 6;

    /// The last piece of data has come to the filter and was not sent on, even if it was empty.
    private static final int HOLDS_END = 1 << 7;

    /// Trailers have come to the filter while it was paused for everything.
    private static final int HOLDS_TRAILERS = 1 << 8;

    final ActiveStream stream;

    /// All filters of the stream, in the order of the chain; empty until they are made.
    ActiveFilter[] filters = ActiveStream.NO_FILTERS;

    /// True while the last piece of this direction is being handled: trailers may be added.
    boolean handlingEnd;

    /// A reply or a reset came while a callback of this direction ran: the filters after it see
    /// nothing more.
    boolean aborted;

    private short[] marks = {};
    private @Nullable Buffer @Nullable [] held;

    /// True if going over the buffer limit slows the sender down; false if it is an error.
    private boolean streaming;

    private boolean overLimit;

    /// The sender was slowed down because of what is held.
    private boolean slowed;

    FilterPath(ActiveStream stream) {
        this.stream = stream;
    }

    final void begin(ActiveFilter[] all) {
        filters = all;
        marks = new short[all.length];
    }

    // What differs between the directions.

    abstract boolean hasTrailers();

    /// False once nothing more may pass, as after a reply.
    abstract boolean mayContinue();

    /// Sends held-back informational headers on. False if nothing else is to go on yet.
    abstract boolean continueInformational(int index);

    /// Walks the headers on from the filter after this one.
    abstract void continueHeaders(int index, boolean endStream);

    /// Walks data on from this filter or the one after it, as [#beginsHere] says.
    abstract void continueData(int index, Buffer data, boolean endStream);

    abstract void continueTrailers(int index);

    /// More is held than the limit allows, and it is an error.
    abstract void refuse();

    /// Slows the sender of this direction down, or lets it go again.
    abstract void slowDown(boolean on);

    // Going on after a pause.

    /// The filter goes on with all that was held back for it (Envoy: continueDecoding,
    /// continueEncoding).
    final void resume(int index) {
        if (stream.over() || !mayContinue()) {
            return;
        }
        if (is(index, IN_CALLBACK)) {
            set(index, RESUME_ASKED);
        } else if (paused(index)) {
            proceed(index);
        }
    }

    /// Sends on what a filter has added while headers passed it; -1 if none has.
    final void sendAdded(int index) {
        if (index >= 0 && !stream.over()) {
            proceed(index);
        }
    }

    private void proceed(int index) {
        if (!mayContinue()) {
            return;
        }
        if (pausedForAll(index)) {
            set(index, BEGIN_HERE);
        }
        state(index, FLOWING);
        if (!continueInformational(index)) {
            return;
        }
        if (!is(index, HEADERS_PASSED)) {
            set(index, HEADERS_PASSED);
            continueHeaders(index, is(index, SAW_END) && !holds(index) && !hasTrailers());
            if (stream.over()) {
                return;
            }
        }
        // Trailers may be added while the data passes; then the data's own walk sends them on.
        boolean trailersCame = hasTrailers() && (marks[index] & (SAW_END | HOLDS_TRAILERS)) != 0;
        if (holds(index)) {
            boolean end = (marks[index] & (SAW_END | HOLDS_END)) != 0 && !trailersCame;
            clear(index, HOLDS_END);
            continueData(index, held(index), end);
            if (stream.over()) {
                return;
            }
            checkDrained();
        }
        if (trailersCame) {
            clear(index, HOLDS_TRAILERS);
            continueTrailers(index);
        }
        clear(index, BEGIN_HERE);
    }

    // What an outcome means; each returns true to go on to the next filter.

    final boolean afterHeaders(int index, HeadersOutcome outcome) {
        boolean resumed = takeResume(index);
        int next = resumed ? FLOWING : stateAfter(outcome);
        state(index, next);
        if (next != FLOWING || is(index, HEADERS_PASSED)) {
            // Where the filter has injected data, the headers went on with it.
            return false;
        }
        set(index, HEADERS_PASSED);
        return true;
    }

    private static int stateAfter(HeadersOutcome outcome) {
        return switch (outcome) {
            case HeadersOutcome.Flow.CONTINUE, HeadersOutcome.Flow.CONTINUE_WITHOUT_END -> FLOWING;
            case HeadersOutcome.Flow.PAUSE -> PAUSED;
            case HeadersOutcome.Flow.PAUSE_ALL_AND_BUFFER -> PAUSED_ALL_AND_BUFFER;
            case HeadersOutcome.Flow.PAUSE_ALL_AT_WATERMARK -> PAUSED_ALL_AT_WATERMARK;
            case LocalReply _ -> PAUSED;
        };
    }

    final boolean afterData(int index, DataOutcome outcome, Buffer data) {
        boolean resumed = takeResume(index);
        if (outcome == DataOutcome.CONTINUE || resumed && outcome != DataOutcome.DROP) {
            if (!paused(index) && (!holds(index) || held(index) == data)) {
                return true;
            }
            hold(index, data, is(index, SAW_END));
            proceed(index);
            return false;
        }
        state(index, PAUSED);
        if (outcome == DataOutcome.DROP) {
            data.clear();
        } else {
            streaming = outcome == DataOutcome.HOLD_AT_WATERMARK;
        }
        hold(index, data, is(index, SAW_END));
        if (resumed) {
            proceed(index);
        }
        return false;
    }

    final boolean afterTrailers(int index, TrailersOutcome outcome) {
        boolean resumed = takeResume(index);
        if (outcome == TrailersOutcome.CONTINUE || resumed) {
            if (!paused(index) && !holds(index)) {
                return true;
            }
            proceed(index);
            return false;
        }
        if (!paused(index)) {
            state(index, PAUSED);
        }
        return false;
    }

    final boolean afterInformational(int index, TrailersOutcome outcome) {
        boolean resumed = takeResume(index);
        if (outcome == TrailersOutcome.CONTINUE || resumed) {
            return true;
        }
        state(index, PAUSED);
        return false;
    }

    /// A filter that is paused for everything gets nothing: what comes is held for it.
    ///
    /// @return true if the data was held
    final boolean heldForAll(int index, Buffer data, boolean endStream) {
        if (!pausedForAll(index)) {
            return false;
        }
        streaming = (marks[index] & STATE) == PAUSED_ALL_AT_WATERMARK;
        hold(index, data, endStream);
        return true;
    }

    /// The same for trailers.
    final boolean trailersHeldForAll(int index) {
        if (!pausedForAll(index)) {
            return false;
        }
        set(index, HOLDS_TRAILERS);
        return true;
    }

    // What is held.

    /// What is held back for the filter; it may edit the buffer.
    final Buffer held(int index) {
        if (held == null) {
            held = new Buffer[filters.length];
        }
        Buffer buffer = held[index];
        if (buffer == null) {
            buffer = new Buffer();
            held[index] = buffer;
        }
        return buffer;
    }

    final boolean holds(int index) {
        if (is(index, HOLDS_END)) {
            return true;
        }
        Buffer buffer = held == null ? null : held[index];
        return buffer != null && !buffer.isEmpty();
    }

    private void hold(int index, Buffer data, boolean endStream) {
        // With trailers the end comes with them.
        if (endStream && !hasTrailers()) {
            set(index, HOLDS_END);
        }
        if (!data.isEmpty()) {
            Buffer buffer = held(index);
            if (buffer != data) {
                data.moveTo(buffer);
            }
        }
        checkLimit();
    }

    /// Slows the sender down, or refuses the message, if more is held than the limit allows.
    final void checkLimit() {
        int limit = stream.bufferLimit();
        if (limit == 0 || heldBytes() <= limit) {
            overLimit = false;
        } else if (!overLimit) {
            overLimit = true;
            if (!streaming) {
                refuse();
            } else if (!slowed) {
                slowed = true;
                slowDown(true);
            }
        }
    }

    /// The sender goes on once half of the limit is free, as for Envoy's watermark buffers.
    final void checkDrained() {
        if (slowed && heldBytes() <= stream.bufferLimit() / 2) {
            slowed = false;
            overLimit = false;
            slowDown(false);
        }
    }

    private long heldBytes() {
        long bytes = 0;
        if (held != null) {
            for (Buffer buffer : held) {
                bytes += buffer == null ? 0 : buffer.length();
            }
        }
        return bytes;
    }

    final void release() {
        if (held != null) {
            for (Buffer buffer : held) {
                if (buffer != null) {
                    buffer.clear();
                }
            }
        }
    }

    /// The filter that holds this direction back, null if none does. A terminal filter does not
    /// count: it has taken the message.
    final @Nullable ActiveFilter pausedAt() {
        for (ActiveFilter filter : filters) {
            if (paused(filter.index()) && !filter.terminal()) {
                return filter;
            }
        }
        return null;
    }

    // Callbacks begin and end.

    /// A callback of the filter begins.
    ///
    /// @return the path whose callback runs around this one, for [#leave]
    final @Nullable FilterPath enter(int index) {
        set(index, IN_CALLBACK);
        return stream.enter(this);
    }

    /// The callback has returned. A reply that was made in it is sent now.
    ///
    /// @param outcome what the callback returned
    /// @return false if the walk must end here: the filter replied, or the stream is over
    final boolean leave(int index, @Nullable FilterPath before, Object outcome) {
        clear(index, IN_CALLBACK);
        if (outcome instanceof LocalReply reply) {
            stream.reply(filters[index], reply);
        }
        stream.leave(before);
        if (aborted) {
            state(index, PAUSED);
            stream.sendPendingReply();
            return false;
        }
        return !stream.over();
    }

    // Marks.

    final boolean paused(int index) {
        return (marks[index] & STATE) != FLOWING;
    }

    final boolean pausedForAll(int index) {
        return (marks[index] & STATE) >= PAUSED_ALL_AND_BUFFER;
    }

    /// Lets a filter flow again without sending anything on.
    final void unpause(int index) {
        state(index, FLOWING);
    }

    final boolean sawEnd(int index) {
        return is(index, SAW_END);
    }

    final void sawEnd(int index, boolean value) {
        if (value) {
            set(index, SAW_END);
        } else {
            clear(index, SAW_END);
        }
    }

    /// Marks the headers as passed.
    ///
    /// @return true if they had not been
    final boolean passHeaders(int index) {
        if (is(index, HEADERS_PASSED)) {
            return false;
        }
        set(index, HEADERS_PASSED);
        return true;
    }

    final boolean beginsHere(int index) {
        return is(index, BEGIN_HERE);
    }

    private boolean takeResume(int index) {
        boolean asked = is(index, RESUME_ASKED);
        clear(index, RESUME_ASKED);
        return asked;
    }

    private void state(int index, int value) {
        marks[index] = (short) (marks[index] & ~STATE | value);
    }

    private boolean is(int index, int mark) {
        return (marks[index] & mark) != 0;
    }

    private void set(int index, int mark) {
        marks[index] |= (short) mark;
    }

    private void clear(int index, int mark) {
        marks[index] &= (short) ~mark;
    }
}
