package io.nuncio.kernel.http2;

import org.jspecify.annotations.Nullable;

/// What a peer may make us do without asking for anything useful (Envoy: ProtocolConstraints):
/// frames without content, PRIORITY and WINDOW_UPDATE without end, and frames that we queue because
/// it does not read.
///
/// PRIORITY and WINDOW_UPDATE are measured against the streams that are open: what a stream was
/// allowed is forgotten with it, so that a connection does not gain credit by its age.
///
/// Frames that wait to be written are counted in two parts: those written since a mark, and those
/// before it. When the connection has sent everything up to the mark, it moves.
final class Constraints {
    /// So many WINDOW_UPDATE frames come with a stream.
    private static final int WINDOW_UPDATES_PER_STREAM = 2;

    private static final int FREE_WINDOW_UPDATES = 5;

    private final Http2Settings.Limits limits;
    private final Http2Stats stats;
    private long emptyFrames;
    private long priorities;
    private long windowUpdates;
    private long dataFramesSent;

    private long written;
    private long mark;
    private int framesBeforeMark;
    private int controlsBeforeMark;
    private int frames;
    private int controls;
    private boolean violated;

    Constraints(Http2Settings settings) {
        limits = settings.limits();
        stats = settings.stats();
    }

    // Coming in.

    /// HEADERS, CONTINUATION and DATA.
    ///
    /// @param content without padding
    /// @return true if there were too many in a row without content
    boolean onContent(int content, int flags) {
        if (content > 0 || (flags & FrameType.END_STREAM) != 0) {
            emptyFrames = 0;
            return false;
        }
        if (++emptyFrames <= limits.empty()) {
            return false;
        }
        stats.inboundEmptyFramesFlood().increment();
        return true;
    }

    static ConnectionError emptyFrames() {
        return ConnectionError.flood("Too many consecutive frames with an empty payload");
    }

    @Nullable ConnectionError onPriority(@Nullable Http2Stream stream, int activeStreams) {
        priorities++;
        if (stream != null) {
            stream.priorities++;
        }
        if (priorities <= limits.priorityPerStream() * (1 + activeStreams)) {
            return null;
        }
        stats.inboundPriorityFramesFlood().increment();
        return ConnectionError.flood("Too many PRIORITY frames");
    }

    @Nullable ConnectionError onWindowUpdate(@Nullable Http2Stream stream, int activeStreams) {
        windowUpdates++;
        if (stream != null) {
            stream.windowUpdates++;
        }
        long allowed =
                FREE_WINDOW_UPDATES
                        + WINDOW_UPDATES_PER_STREAM
                                * (activeStreams + limits.windowUpdatesPerData() * dataFramesSent);
        if (windowUpdates <= allowed) {
            return null;
        }
        stats.inboundWindowUpdateFramesFlood().increment();
        return ConnectionError.flood("Too many WINDOW_UPDATE frames");
    }

    /// The stream takes what it was allowed with it.
    void onStreamEnd(Http2Stream stream) {
        priorities -= Math.min(stream.priorities, limits.priorityPerStream());
        windowUpdates -= Math.min(stream.windowUpdates, WINDOW_UPDATES_PER_STREAM);
    }

    // Going out.

    void onFrameSent() {
        frames++;
    }

    /// PING and SETTINGS that acknowledge, and RST_STREAM.
    void onControlFrameSent() {
        frames++;
        controls++;
    }

    void onDataFrameSent() {
        frames++;
        dataFramesSent++;
    }

    /// @param bytes how many were handed to the connection
    void onWritten(int bytes) {
        written += bytes;
    }

    /// To be called after each [#onWritten]. Many frames may have come since the last time; then
    /// the limit that was passed first counts, which is the one of control frames.
    ///
    /// @param unsent how many bytes wait in the connection
    @Nullable ConnectionError check(long unsent) {
        if (written - unsent >= mark) {
            framesBeforeMark = frames;
            controlsBeforeMark = controls;
            frames = 0;
            controls = 0;
            mark = written;
        }
        if (controls + controlsBeforeMark > limits.outboundControl()) {
            return violation("Too many control frames in the outbound queue.", false);
        }
        if (frames + framesBeforeMark > limits.outbound()) {
            return violation("Too many frames in the outbound queue.", true);
        }
        return null;
    }

    private ConnectionError violation(String message, boolean all) {
        if (!violated) {
            violated = true;
            (all ? stats.outboundFlood() : stats.outboundControlFlood()).increment();
        }
        return ConnectionError.flood(message);
    }
}
