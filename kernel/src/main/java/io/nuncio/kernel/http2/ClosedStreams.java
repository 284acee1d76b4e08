package io.nuncio.kernel.http2;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What is known of streams that are not open any more: how far the peer has got with its ids, and
/// which streams we ended, so that what was on its way is ignored (RFC 9113, 5.1).
///
/// Limits: the last 64 that we ended are known; about those before them, and all older ones, nobody
/// complains.
final class ClosedStreams {
    private static final int REMEMBERED = 64;

    private final int[] reset = new int[REMEMBERED];
    private final List<Http2Stream> undelivered = new ArrayList<>(0);
    private int resets;
    private int forgotten; // the highest id that was overwritten
    private int lastPeerStream;
    private int lastServed = Integer.MAX_VALUE;

    /// The highest id that the peer has used.
    int lastPeerStream() {
        return lastPeerStream;
    }

    void lastPeerStream(int id) {
        lastPeerStream = id;
    }

    /// Streams of the peer above the last are ignored from now on.
    void serveNoMore() {
        lastServed = lastPeerStream;
    }

    /// True if the peer was told, in time or not, that its stream comes too late.
    boolean tooLate(int id) {
        return id > lastServed;
    }

    /// The last stream that is served, as GOAWAY says it.
    int lastServed() {
        return Math.min(lastServed, lastPeerStream);
    }

    /// We have ended a stream that the peer may still send on.
    void onReset(int id) {
        int place = resets++ % REMEMBERED;
        forgotten = Math.max(forgotten, reset[place]);
        reset[place] = id;
    }

    /// A frame came on a stream that is closed.
    ///
    /// @return what is wrong with that, null if it is to be ignored
    @Nullable ConnectionError onFrame(int id, String type) {
        if (id <= forgotten || tooLate(id)) {
            return null;
        }
        for (int known : reset) {
            if (known == id) {
                return null;
            }
        }
        return ConnectionError.of(ErrorCode.STREAM_CLOSED, type + ": stream closed");
    }

    /// The stream is over, but its user has not read all of it.
    void addUndelivered(Http2Stream stream) {
        undelivered.add(stream);
    }

    /// @return true if it was there
    boolean removeUndelivered(Http2Stream stream) {
        return undelivered.remove(stream);
    }

    List<Http2Stream> undelivered() {
        return List.copyOf(undelivered);
    }
}
