package io.nuncio.kernel.http2;

import io.nuncio.kernel.http2.hpack.HpackError;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.ResetReason;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// Header blocks that come: put together from HEADERS and CONTINUATION, decompressed, checked, and
/// given to their stream. A block whose stream is not wanted is decompressed all the same, since
/// later ones refer to it.
///
/// Limits: a block, as it is on the wire, may have the bytes that its headers may have, and 16 KiB
/// more; it may come in 8 CONTINUATION frames, and one more for each 16 KiB of its limit. What it
/// decompresses to is limited by [io.nuncio.kernel.http2.hpack.HpackDecoder].
final class InboundHeaders {
    private static final int FREE_CONTINUATIONS = 8;

    private final Session session;
    private final Session.Side side;
    private final boolean server;
    private final HeaderReader reader;
    private final int longestBlock;
    private final int mostContinuations;
    private byte @Nullable [] partial;
    private int partialLength;
    private int continuations;
    private boolean open;
    private int id;
    private @Nullable Http2Stream target;
    private boolean trailers;
    private boolean ends;

    InboundHeaders(Session session, Session.Side side, boolean server) {
        this.session = session;
        this.side = side;
        this.server = server;
        reader = new HeaderReader(session.settings(), server);
        longestBlock = session.settings().maxHeaderBytes() + FrameReader.MAX_FRAME;
        mostContinuations = FREE_CONTINUATIONS + longestBlock / FrameReader.MAX_FRAME;
    }

    /// True if the next frame has to be CONTINUATION.
    boolean open() {
        return open;
    }

    /// True if a frame of this stream may come now.
    boolean continuedBy(int stream) {
        return !open || id == stream;
    }

    void release() {
        partial = null;
    }

    /// The peer has seen our SETTINGS.
    void onSettingsAcknowledged() {
        reader.onSettingsAcknowledged();
    }

    @Nullable ConnectionError onHeaders(
            int flags, int stream, byte[] payload, int start, int end, Constraints constraints) {
        ConnectionError error = choose(stream);
        if (error != null) {
            return error;
        }
        ends = (flags & FrameType.END_STREAM) != 0;
        if (constraints.onContent(end - start, flags)) {
            if (target != null) {
                target.details(Details.EMPTY_FRAMES);
            }
            return Constraints.emptyFrames();
        }
        continuations = 0;
        if ((flags & FrameType.END_HEADERS) != 0) {
            return decode(payload, start, end);
        }
        open = true;
        partialLength = 0;
        return append(payload, start, end);
    }

    @Nullable ConnectionError onContinuation(int flags, byte[] payload, int length) {
        continuations++;
        if (continuations > mostContinuations) {
            return tooLarge(target, "too many CONTINUATION frames");
        }
        ConnectionError error = append(payload, 0, length);
        if (error != null || (flags & FrameType.END_HEADERS) == 0) {
            return error;
        }
        open = false;
        byte[] block = partial;
        partial = null;
        return block == null ? null : decode(block, 0, partialLength);
    }

    private @Nullable ConnectionError append(byte[] payload, int start, int end) {
        int length = end - start;
        if (partialLength + length > longestBlock) {
            return tooLarge(target, "too large header block");
        }
        byte[] block = partial;
        if (block == null) {
            block = new byte[Math.max(length, 1024)];
        } else if (block.length < partialLength + length) {
            block = Arrays.copyOf(block, (partialLength + length) * 2);
        }
        System.arraycopy(payload, start, block, partialLength, length);
        partialLength += length;
        partial = block;
        return null;
    }

    private ConnectionError tooLarge(@Nullable Http2Stream stream, String message) {
        session.stats().headerOverflow().increment();
        if (stream != null) {
            stream.details(Details.TOO_MANY_HEADERS);
        }
        return ConnectionError.flood(message);
    }

    /// Finds or begins the stream of a header block.
    private @Nullable ConnectionError choose(int stream) {
        id = stream;
        target = session.streams().get(stream);
        trailers = false;
        if (target != null) {
            if (target.remoteEnd) {
                return ConnectionError.of(ErrorCode.STREAM_CLOSED, "HEADERS: half closed");
            }
            trailers = target.expectsTrailers();
            return null;
        }
        if (!side.idle(stream)) {
            return session.closedStreams().onFrame(stream, "HEADERS");
        }
        if (!server || (stream & 1) == 0) {
            return ConnectionError.protocol("HEADERS: invalid stream id");
        }
        begin(stream);
        return null;
    }

    private void begin(int stream) {
        ClosedStreams closed = session.closedStreams();
        closed.lastPeerStream(stream);
        if (closed.tooLate(stream)) {
            return;
        }
        if (session.streams().size() >= session.settings().maxConcurrentStreams()) {
            session.stats().streamRefusedErrors().increment();
            session.stats().txReset().increment();
            session.writer().reset(stream, ErrorCode.REFUSED_STREAM);
            closed.onReset(stream);
            return;
        }
        target = side.onNewStream(stream);
    }

    private @Nullable ConnectionError decode(byte[] block, int start, int end) {
        Http2Stream stream = target;
        target = null;
        if (stream == null || stream.closed) {
            reader.skip(block, start, end);
            return compressionError(null);
        }
        HeaderMap headers = stream.newHeaders(trailers);
        HeaderReader.Outcome outcome = reader.read(block, start, end, headers, trailers);
        ConnectionError error = compressionError(stream);
        if (error != null) {
            return error;
        }
        int frames = (1 + continuations) * FrameWriter.HEADER;
        stream.countReceivedHeaders(end - start + frames, headers.byteSize());
        if (trailers && server) {
            session.stats().trailers().increment();
        }
        return switch (outcome) {
            case VALID -> deliver(stream, headers);
            case INVALID_FIELD -> invalid(stream, Details.INVALID_HEADER);
            case INVALID_MESSAGE -> invalid(stream, Details.MESSAGING);
            case TOO_MANY -> {
                session.stats().headerOverflow().increment();
                stream.details(Details.TOO_MANY_HEADERS);
                endStream(stream, ErrorCode.INTERNAL_ERROR, ResetReason.REMOTE_RESET);
                yield null;
            }
            case UNDERSCORE -> {
                session.stats().requestsRejectedWithUnderscoresInHeaders().increment();
                stream.details(Details.UNDERSCORE);
                endStream(stream, ErrorCode.INTERNAL_ERROR, ResetReason.REMOTE_RESET);
                yield null;
            }
        };
    }

    private @Nullable ConnectionError compressionError(@Nullable Http2Stream stream) {
        HpackError error = reader.error();
        if (error == null) {
            return null;
        }
        return error == HpackError.TOO_MUCH
                ? tooLarge(stream, error.message())
                : ConnectionError.of(ErrorCode.COMPRESSION_ERROR, error.message());
    }

    private @Nullable ConnectionError deliver(Http2Stream stream, HeaderMap headers) {
        if (headers instanceof Trailers last) {
            if (!ends || stream.contentLeft > 0) {
                return invalid(stream, Details.MESSAGING);
            }
            stream.remoteEnd = true;
            stream.receiveTrailers(last);
        } else {
            stream.contentLeft = stream.contentLength(headers, reader.contentLength());
            if (ends && stream.contentLeft > 0) {
                return invalid(stream, Details.MESSAGING);
            }
            stream.remoteEnd = ends;
            if (!stream.onHeaders(headers, ends)) {
                return invalid(stream, Details.MESSAGING);
            }
        }
        if (ends) {
            session.endIfComplete(stream);
        }
        return null;
    }

    /// The stream's message is not valid: that ends it, or the connection, as configured.
    @Nullable ConnectionError invalid(Http2Stream stream, String details) {
        session.stats().rxMessagingError().increment();
        stream.details(details);
        if (!session.settings().streamErrors()) {
            return ConnectionError.protocol("invalid HTTP message");
        }
        endStream(stream, ErrorCode.PROTOCOL_ERROR, side.invalidMessage());
        return null;
    }

    /// Ends a stream for what its peer did.
    void endStream(Http2Stream stream, int code, ResetReason reason) {
        var writer = session.writer();
        if (!stream.closed && !stream.complete) {
            writer.reset(stream.id, code);
            session.stats().txReset().increment();
            session.closedStreams().onReset(stream.id);
        }
        stream.cut(reason);
    }
}
