package io.nuncio.kernel.http2;

import io.nuncio.spi.Connection;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// What each frame that comes means (RFC 9113, 5 and 6). An error of the connection is returned, an
/// error of a stream answered with RST_STREAM.
///
/// Header blocks go to [InboundHeaders].
final class InboundFrames implements FrameReader.Handler {
    private final Session session;
    private final Session.Side side;
    private final Constraints constraints;
    private final InboundHeaders headers;
    private int receiveWindow;
    private boolean settingsReceived;
    private int settingsUnanswered = 1;
    private @Nullable Http2Stream dataTarget;
    private boolean dataEnds;

    InboundFrames(Session session, Session.Side side, Constraints constraints, boolean server) {
        this.session = session;
        this.side = side;
        this.constraints = constraints;
        headers = new InboundHeaders(session, side, server);
        receiveWindow = session.settings().connectionWindow();
    }

    /// The peer may send `count` bytes more.
    void openWindow(int count) {
        receiveWindow += count;
    }

    void release() {
        headers.release();
    }

    @Override
    public boolean reading() {
        return session.connection().state() == Connection.State.OPEN;
    }

    @Override
    public @Nullable ConnectionError onFrameStart(int type, int flags, int id, int length) {
        if (!settingsReceived) {
            if (type != FrameType.SETTINGS || (flags & FrameType.ACK) != 0) {
                return ConnectionError.protocol("the first frame is not SETTINGS");
            }
            settingsReceived = true;
        }
        if (headers.open() != (type == FrameType.CONTINUATION) || !headers.continuedBy(id)) {
            return ConnectionError.protocol("a header block is not continuous");
        }
        Pings pings = session.pings();
        if (pings != null && (type != FrameType.PING || (flags & FrameType.ACK) == 0)) {
            pings.onFrame();
        }
        return switch (type) {
            case FrameType.SETTINGS, FrameType.PING, FrameType.GOAWAY ->
                    id == 0 ? checkLength(type, flags, length) : wrongStream();
            case FrameType.WINDOW_UPDATE -> checkLength(type, flags, length);
            case FrameType.PUSH_PROMISE -> ConnectionError.protocol("PUSH_PROMISE: push disabled");
            case FrameType.DATA,
                    FrameType.HEADERS,
                    FrameType.PRIORITY,
                    FrameType.RST_STREAM,
                    FrameType.CONTINUATION ->
                    id == 0 ? wrongStream() : checkLength(type, flags, length);
            default -> null;
        };
    }

    private static ConnectionError wrongStream() {
        return ConnectionError.protocol("a frame on the wrong stream");
    }

    private static @Nullable ConnectionError checkLength(int type, int flags, int length) {
        boolean right =
                switch (type) {
                    case FrameType.SETTINGS ->
                            (flags & FrameType.ACK) != 0 ? length == 0 : length % 6 == 0;
                    case FrameType.PING -> length == 8;
                    case FrameType.GOAWAY -> length >= 8;
                    case FrameType.WINDOW_UPDATE, FrameType.RST_STREAM -> length == 4;
                    case FrameType.PRIORITY -> length == 5;
                    default -> true;
                };
        return right
                ? null
                : ConnectionError.of(ErrorCode.FRAME_SIZE_ERROR, "a frame of the wrong size");
    }

    @Override
    public @Nullable ConnectionError onFrame(
            int type, int flags, int id, byte[] payload, int length) {
        return switch (type) {
            case FrameType.HEADERS -> onHeaders(flags, id, payload, length);
            case FrameType.CONTINUATION ->
                    constraints.onContent(length, flags)
                            ? emptyFrames(session.streams().get(id))
                            : headers.onContinuation(flags, payload, length);
            case FrameType.PRIORITY -> onPriority(id, payload);
            case FrameType.RST_STREAM -> onReset(id, number(payload, 0));
            case FrameType.SETTINGS -> onSettings(flags, payload, length);
            case FrameType.PING -> onPing(flags, payload);
            case FrameType.GOAWAY -> {
                side.onGoAway(number(payload, 0) & 0x7fffffff);
                yield null;
            }
            case FrameType.WINDOW_UPDATE -> onWindowUpdate(id, number(payload, 0) & 0x7fffffff);
            default -> null;
        };
    }

    private static int number(byte[] payload, int at) {
        return payload[at] << 24
                | (payload[at + 1] & 0xff) << 16
                | (payload[at + 2] & 0xff) << 8
                | payload[at + 3] & 0xff;
    }

    private static ConnectionError emptyFrames(@Nullable Http2Stream stream) {
        if (stream != null) {
            stream.details(Details.EMPTY_FRAMES);
        }
        return Constraints.emptyFrames();
    }

    // HEADERS

    private @Nullable ConnectionError onHeaders(int flags, int id, byte[] payload, int length) {
        int start = 0;
        int end = length;
        if ((flags & FrameType.PADDED) != 0) {
            if (length == 0) {
                return ConnectionError.of(ErrorCode.FRAME_SIZE_ERROR, "HEADERS: no pad length");
            }
            end -= payload[0] & 0xff;
            start = 1;
        }
        if ((flags & FrameType.WITH_PRIORITY) != 0) {
            if (length < start + 5) {
                return ConnectionError.of(ErrorCode.FRAME_SIZE_ERROR, "HEADERS: no priority");
            }
            if ((number(payload, start) & 0x7fffffff) == id) {
                return ConnectionError.protocol("HEADERS: depend on itself");
            }
            start += 5;
        }
        if (end < start) {
            return ConnectionError.protocol("HEADERS: more padding than payload");
        }
        return headers.onHeaders(flags, id, payload, start, end, constraints);
    }

    // DATA

    @Override
    public @Nullable ConnectionError onData(int flags, int id, int length, int padding) {
        Http2Stream stream = session.streams().get(id);
        dataTarget = null;
        dataEnds = (flags & FrameType.END_STREAM) != 0;
        if (constraints.onContent(length - padding, flags)) {
            return emptyFrames(stream);
        }
        receiveWindow -= length;
        if (receiveWindow < 0) {
            return ConnectionError.of(
                    ErrorCode.FLOW_CONTROL_ERROR, "DATA: beyond the connection's window");
        }
        session.giveBack(padding);
        if (stream == null) {
            return closed(id, "DATA");
        }
        if (stream.remoteEnd) {
            return ConnectionError.of(ErrorCode.STREAM_CLOSED, "DATA: half closed");
        }
        if (!stream.expectsTrailers()) {
            return headers.invalid(stream, Details.MESSAGING);
        }
        stream.receiveWindow -= length;
        if (stream.receiveWindow < 0) {
            headers.endStream(stream, ErrorCode.FLOW_CONTROL_ERROR, side.invalidMessage());
            return null;
        }
        stream.received += padding;
        if (stream.contentLeft != Http2Stream.ANY_LENGTH) {
            stream.contentLeft -= length - padding;
            if (stream.contentLeft < 0 || dataEnds && stream.contentLeft > 0) {
                return headers.invalid(stream, Details.MESSAGING);
            }
        }
        stream.countReceived(FrameWriter.HEADER + length);
        dataTarget = stream;
        return null;
    }

    @Override
    public @Nullable ConnectionError onDataPart(Slices source, int count, boolean last) {
        Http2Stream stream = dataTarget;
        if (stream == null || stream.closed) {
            source.skip(count);
            session.giveBack(count);
            return null;
        }
        boolean ends = last && dataEnds;
        stream.remoteEnd = ends;
        if (count > 0 || ends) {
            stream.receive(source, count, ends);
        }
        if (ends) {
            session.endIfComplete(stream);
        }
        return null;
    }

    /// A frame on a stream that is not open.
    private @Nullable ConnectionError closed(int id, String type) {
        if (side.idle(id)) {
            return ConnectionError.protocol(type + ": stream in idle");
        }
        return session.closedStreams().onFrame(id, type);
    }

    // The others.

    private @Nullable ConnectionError onPriority(int id, byte[] payload) {
        if ((number(payload, 0) & 0x7fffffff) == id) {
            return ConnectionError.protocol("PRIORITY: depend on itself");
        }
        StreamTable streams = session.streams();
        return constraints.onPriority(streams.get(id), streams.size());
    }

    private @Nullable ConnectionError onReset(int id, int code) {
        Http2Stream stream = session.streams().get(id);
        if (stream == null) {
            return side.idle(id) ? ConnectionError.protocol("RST_STREAM: stream in idle") : null;
        }
        session.stats().rxReset().increment();
        ResetReason reason =
                switch (code) {
                    case ErrorCode.REFUSED_STREAM -> ResetReason.REMOTE_REFUSED_STREAM_RESET;
                    case ErrorCode.CONNECT_ERROR -> ResetReason.CONNECT_ERROR;
                    default -> ResetReason.REMOTE_RESET;
                };
        stream.details(
                reason == ResetReason.REMOTE_REFUSED_STREAM_RESET
                        ? Details.REMOTE_REFUSED
                        : Details.REMOTE_RESET);
        stream.cut(reason);
        return null;
    }

    private @Nullable ConnectionError onSettings(int flags, byte[] payload, int length) {
        if ((flags & FrameType.ACK) != 0) {
            if (settingsUnanswered == 0) {
                return ConnectionError.protocol("SETTINGS: unexpected ACK");
            }
            settingsUnanswered--;
            headers.onSettingsAcknowledged();
            return null;
        }
        PeerSettings peer = session.peer();
        int window = peer.initialWindow();
        ConnectionError error = peer.read(payload, length);
        if (error != null) {
            return error;
        }
        session.headerWriter().peerTableSize(peer.headerTableSize());
        session.writer().settingsAck();
        if (peer.initialWindow() != window) {
            error = moveWindows((long) peer.initialWindow() - window);
        }
        if (error == null) {
            side.onSettings(peer);
        }
        return error;
    }

    private @Nullable ConnectionError moveWindows(long change) {
        StreamTable streams = session.streams();
        for (Http2Stream stream = streams.first(); stream != null; stream = stream.next) {
            long window = stream.sendWindow + change;
            if (window > Integer.MAX_VALUE) {
                return ConnectionError.of(
                        ErrorCode.FLOW_CONTROL_ERROR, "SETTINGS: a window overflows");
            }
            stream.sendWindow = (int) window;
        }
        if (change > 0) {
            for (Http2Stream stream = streams.first(); stream != null; stream = stream.next) {
                stream.sendPending(Integer.MAX_VALUE);
            }
        }
        return null;
    }

    private @Nullable ConnectionError onPing(int flags, byte[] payload) {
        if ((flags & FrameType.ACK) == 0) {
            long data = (long) number(payload, 0) << 32 | number(payload, 4) & 0xffff_ffffL;
            session.writer().ping(true, data);
        } else if (session.pings() != null) {
            session.pings().onAnswer();
        }
        return null;
    }

    private @Nullable ConnectionError onWindowUpdate(int id, int increment) {
        StreamTable streams = session.streams();
        Http2Stream stream = id == 0 ? null : streams.get(id);
        ConnectionError error = constraints.onWindowUpdate(stream, streams.size());
        if (error != null) {
            return error;
        }
        if (id == 0) {
            if (increment == 0) {
                return ConnectionError.protocol("WINDOW_UPDATE: increment of 0");
            }
            return session.sendWindow().open(increment)
                    ? null
                    : ConnectionError.of(
                            ErrorCode.FLOW_CONTROL_ERROR, "WINDOW_UPDATE: window overflow");
        }
        if (stream == null) {
            return side.idle(id) ? ConnectionError.protocol("WINDOW_UPDATE: stream in idle") : null;
        }
        if (increment == 0) {
            headers.endStream(stream, ErrorCode.PROTOCOL_ERROR, side.invalidMessage());
        } else if (stream.sendWindow > Integer.MAX_VALUE - increment) {
            headers.endStream(stream, ErrorCode.FLOW_CONTROL_ERROR, side.invalidMessage());
        } else {
            stream.sendWindow += increment;
            stream.sendPending(Integer.MAX_VALUE);
        }
        return null;
    }
}
