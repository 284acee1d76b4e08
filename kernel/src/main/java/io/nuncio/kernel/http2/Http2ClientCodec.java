package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.host.ClientCodec;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.RequestSender;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ResponseReceiver;

import org.jspecify.annotations.Nullable;

/// One upstream connection.
///
/// How many streams there are at once is its owner's care, who is told what the upstream allows.
///
/// Limits: those of [Http2Settings], [Constraints] and [InboundHeaders].
final class Http2ClientCodec implements ClientCodec, Session.Side {
    private final Session session;
    private final Callbacks callbacks;
    private long nextId = 1;
    private long maxStreams = -1;
    private int lastServed = Integer.MAX_VALUE;
    private boolean goneAway;

    Http2ClientCodec(
            Connection connection,
            Callbacks callbacks,
            Http2Settings settings,
            WorkerMemory memory) {
        this.callbacks = callbacks;
        session = new Session(connection, settings, memory, this, false);
        session.start();
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        return session.dispatch(data);
    }

    @Override
    public void onEndOfStream() {}

    @Override
    public Protocol protocol() {
        return Protocol.HTTP2;
    }

    @Override
    public RequestSender newStream(ResponseReceiver receiver) {
        Pings pings = session.pings();
        if (pings != null) {
            pings.onNewStream();
        }
        return new ClientStream(this, session, receiver);
    }

    /// Gives the stream its id.
    ///
    /// @return false if it cannot begin any more; then it is reset soon
    boolean begin(ClientStream stream) {
        if (goneAway || session.over() || nextId > Integer.MAX_VALUE) {
            session.connection()
                    .worker()
                    .post(() -> stream.cut(ResetReason.REMOTE_REFUSED_STREAM_RESET));
            return false;
        }
        session.open(stream, (int) nextId);
        nextId += 2;
        if (nextId > Integer.MAX_VALUE) {
            tellGoAway();
        }
        return true;
    }

    @Override
    public void goAway() {
        session.goAway(ErrorCode.NO_ERROR);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        session.slowDown();
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        session.speedUp();
    }

    // What a client does.

    @Override
    public Http2Stream onNewStream(int id) {
        throw new IllegalStateException("a server begins no streams");
    }

    @Override
    public boolean idle(int id) {
        return (id & 1) == 0 || id >= nextId;
    }

    @Override
    public void onGoAway(int lastStream) {
        lastServed = Math.min(lastServed, lastStream);
        tellGoAway();
        StreamTable streams = session.streams();
        for (Http2Stream stream = streams.first(); stream != null; stream = stream.next) {
            if (stream.id > lastServed) {
                stream.details(Details.REMOTE_REFUSED);
                session.closedStreams().onReset(stream.id);
                stream.cut(ResetReason.REMOTE_REFUSED_STREAM_RESET);
            }
        }
    }

    private void tellGoAway() {
        if (!goneAway) {
            goneAway = true;
            callbacks.onGoAway();
        }
    }

    @Override
    public void onSettings(PeerSettings peer) {
        if (peer.maxConcurrentStreams() != maxStreams) {
            maxStreams = peer.maxConcurrentStreams();
            callbacks.onMaxConcurrentStreams(maxStreams);
        }
    }

    @Override
    public ResetReason invalidMessage() {
        return ResetReason.PROTOCOL_ERROR;
    }
}
