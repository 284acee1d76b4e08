package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// One HTTP/2 connection of either side: its life, its streams, and what is sent. What may come is
/// the matter of [InboundFrames]; what servers and clients do differently is their codec's
/// ([Side]).
///
/// Whatever is to be sent is collected and handed to the connection at the end of a dispatch, or of
/// the user's call.
final class Session implements Connection.Callbacks {
    /// What servers and clients do differently.
    interface Side {
        /// The peer begins a stream; only servers are asked.
        Http2Stream onNewStream(int id);

        /// True if the stream has not been used yet.
        boolean idle(int id);

        /// The peer does not, or will not, take streams above `lastStream`.
        void onGoAway(int lastStream);

        /// The peer's SETTINGS have changed.
        void onSettings(PeerSettings peer);

        /// Why a stream ends whose messages are invalid, or that breaks the rules of its window.
        ResetReason invalidMessage();
    }

    private final Connection connection;
    private final Http2Settings settings;
    private final Http2Stats stats;
    private final boolean server;
    private final Constraints constraints;
    private final InboundFrames inbound;
    private final FrameReader reader;
    private final FrameWriter writer;
    private final HeaderWriter headerWriter;
    private final PeerSettings peer;
    private final StreamTable streams = new StreamTable();
    private final ClosedStreams closedStreams = new ClosedStreams();
    private final SendWindow sendWindow;
    private final @Nullable Pings pings;
    private final Buffer body = new Buffer();
    private final Slices nothing = new Slices();
    private int received; // and read, but not given back to the peer
    private int preface; // how many of its bytes came
    private boolean dispatching;
    private boolean over;
    private @Nullable ConnectionError failure; // found while something was sent

    Session(
            Connection connection,
            Http2Settings settings,
            WorkerMemory memory,
            Side side,
            boolean server) {
        this.connection = connection;
        this.settings = settings;
        this.stats = settings.stats();
        this.server = server;
        constraints = new Constraints(settings);
        writer = new FrameWriter(constraints);
        headerWriter = new HeaderWriter(settings, memory);
        sendWindow = new SendWindow(writer);
        peer = new PeerSettings(!server);
        pings = settings.keepalive() == null ? null : new Pings(this, settings.keepalive());
        inbound = new InboundFrames(this, side, constraints, server);
        reader = new FrameReader(inbound, memory.frame());
        preface = server ? 0 : Preface.LENGTH;
        connection.addCallbacks(this);
    }

    Connection connection() {
        return connection;
    }

    Http2Settings settings() {
        return settings;
    }

    Http2Stats stats() {
        return stats;
    }

    PeerSettings peer() {
        return peer;
    }

    StreamTable streams() {
        return streams;
    }

    ClosedStreams closedStreams() {
        return closedStreams;
    }

    SendWindow sendWindow() {
        return sendWindow;
    }

    FrameWriter writer() {
        return writer;
    }

    HeaderWriter headerWriter() {
        return headerWriter;
    }

    @Nullable Pings pings() {
        return pings;
    }

    /// A buffer for the parts of content that are handed on, empty between them.
    Buffer body() {
        return body;
    }

    Slices nothing() {
        return nothing;
    }

    /// True once nothing is read or sent any more.
    boolean over() {
        return over;
    }

    // The connection.

    /// Sends what a connection begins with.
    void start() {
        if (!server) {
            writer.writePreface();
        }
        writer.settings(settings.announced(!server));
        int more = settings.connectionWindow() - SendWindow.INITIAL;
        if (more > 0) {
            writer.windowUpdate(0, more);
        }
        flush();
        if (pings != null) {
            pings.start();
        }
    }

    @Nullable CodecError dispatch(Buffer data) {
        Slices input = Slices.of(data);
        if (over) {
            input.release();
            return null;
        }
        if (pings != null) {
            pings.onBytes();
        }
        dispatching = true;
        ConnectionError error = failure;
        if (error == null) {
            error = readPreface(input);
        }
        if (error == null) {
            error = reader.read(input);
        }
        dispatching = false;
        if (error == null) {
            flush();
            error = failure;
        }
        if (error == null) {
            return null;
        }
        input.release();
        fail(error);
        return new CodecError(error.kind(), error.message());
    }

    private @Nullable ConnectionError readPreface(Slices input) {
        while (preface < Preface.LENGTH && input.length() > 0) {
            if (input.getByte(0) != Preface.at(preface)) {
                return ConnectionError.protocol("bad client magic byte string");
            }
            input.skip(1);
            preface++;
        }
        return null;
    }

    /// Says goodbye with the reason; nothing is read or sent after it.
    private void fail(ConnectionError error) {
        writer.goAway(closedStreams.lastServed(), error.code());
        stats.goAwaySent().increment();
        connection.write(writer.output(), false);
        over = true;
        if (pings != null) {
            pings.stop();
        }
    }

    /// Tells the peer the last of its streams that is served, and serves no more.
    void goAway(int code) {
        closedStreams.serveNoMore();
        sendGoAway(closedStreams.lastServed(), code);
        stats.goAwaySent().increment();
    }

    /// Tells the peer that [#goAway] will follow.
    void shutdownNotice() {
        sendGoAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR);
        stats.goAwayGracefulSent().increment();
    }

    private void sendGoAway(int lastStream, int code) {
        if (!over) {
            writer.goAway(lastStream, code);
            flushNow();
        }
    }

    /// Hands what was collected to the connection, unless a dispatch will do it.
    void flush() {
        if (!dispatching) {
            flushNow();
        }
    }

    /// Hands what a stream has sent to the connection at once, since its user may close that now.
    void flush(Http2Stream stream) {
        flushNow();
        if (failure != null) {
            stream.details(Details.OUTBOUND_FLOOD);
        }
    }

    private void flushNow() {
        Buffer output = writer.output();
        if (output.isEmpty()) {
            return;
        }
        if (over) {
            output.clear();
            return;
        }
        constraints.onWritten(output.length());
        connection.write(output, false);
        if (failure == null) {
            failure = constraints.check(connection.unsentBytes());
            if (failure != null && !dispatching) {
                connection.worker().post(this::closeFlooded);
            }
        }
    }

    private void closeFlooded() {
        if (!over) {
            connection.close(Connection.Close.NO_FLUSH, "http2_connection_protocol_violation");
        }
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        if (event == ConnectionEvent.CONNECTED) {
            return;
        }
        over = true;
        if (pings != null) {
            pings.stop();
        }
        for (Http2Stream stream = streams.first(); stream != null; stream = stream.next) {
            remove(stream);
            stream.end();
        }
        for (Http2Stream stream : closedStreams.undelivered()) {
            stats.deferredStreamClose().decrement();
            stream.end();
        }
        reader.release();
        inbound.release();
        writer.output().clear();
        connection.removeCallbacks(this);
    }

    void slowDown() {
        for (Http2Stream stream = streams.first(); stream != null; stream = stream.next) {
            stream.onAboveWriteBufferHighWatermark();
        }
    }

    void speedUp() {
        for (Http2Stream stream = streams.first(); stream != null; stream = stream.next) {
            stream.onBelowWriteBufferLowWatermark();
        }
    }

    // Streams.

    /// A stream begins.
    void open(Http2Stream stream, int id) {
        stream.id = id;
        stream.sendWindow = peer.initialWindow();
        streams.add(stream);
        stats.streamsActive().increment();
    }

    private void remove(Http2Stream stream) {
        streams.remove(stream);
        sendWindow.leave(stream);
        stats.streamsActive().decrement();
        constraints.onStreamEnd(stream);
    }

    /// Ends the stream if both sides have.
    void endIfComplete(Http2Stream stream) {
        if (!stream.localEnd || !stream.remoteEnd || stream.closed || stream.complete) {
            return;
        }
        stream.complete = true;
        remove(stream);
        if (stream.holding()) {
            closedStreams.addUndelivered(stream);
            stats.deferredStreamClose().increment();
        } else {
            giveBack(stream.end());
        }
    }

    /// The user has read another part of what was held for it.
    void onDelivered(Http2Stream stream) {
        if (stream.complete
                && !stream.closed
                && !stream.holding()
                && closedStreams.removeUndelivered(stream)) {
            stats.deferredStreamClose().decrement();
            giveBack(stream.end());
        }
        flush();
    }

    /// Ends the stream with RST_STREAM; its user is not told.
    void reset(Http2Stream stream, int code) {
        if (stream.closed) {
            return;
        }
        if (stream.id != 0 && !stream.complete) {
            writer.reset(stream.id, code);
            stats.txReset().increment();
            closedStreams.onReset(stream.id);
        }
        close(stream);
    }

    /// Ends the stream without a word to anybody.
    void close(Http2Stream stream) {
        if (stream.closed) {
            return;
        }
        if (stream.complete) {
            if (closedStreams.removeUndelivered(stream)) {
                stats.deferredStreamClose().decrement();
            }
        } else if (stream.id != 0) {
            remove(stream);
        }
        giveBack(stream.end());
    }

    // Sending, for streams.

    void sendHeaders(Http2Stream stream, HeaderMap headers, boolean endStream) {
        int written = headerWriter.write(writer, stream.id, headers, endStream);
        stream.countSentHeaders(written, headers.byteSize());
        if (endStream) {
            onLocalEnd(stream);
        }
    }

    void sendData(Http2Stream stream, Slices source, boolean end, int most) {
        if (sendWindow.send(stream, source, end, most)) {
            onLocalEnd(stream);
        }
    }

    private void onLocalEnd(Http2Stream stream) {
        stream.localEnd = true;
        endIfComplete(stream);
    }

    // Windows of what is received.

    /// The user has read `count` bytes of the stream.
    void consumed(Http2Stream stream, int count) {
        giveBack(count);
        if (stream.closed || stream.remoteEnd) {
            return;
        }
        stream.received += count;
        if (stream.received >= settings.streamWindow() / 2) {
            writer.windowUpdate(stream.id, stream.received);
            stream.receiveWindow += stream.received;
            stream.received = 0;
        }
    }

    /// The connection may have `count` bytes more.
    void giveBack(int count) {
        received += count;
        if (received >= settings.connectionWindow() / 2) {
            writer.windowUpdate(0, received);
            inbound.openWindow(received);
            received = 0;
        }
    }
}
