package io.nuncio.kernel.http2;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.ServerCodec;

import org.jspecify.annotations.Nullable;

/// One downstream connection.
///
/// Limits: those of [Http2Settings], [Constraints] and [InboundHeaders].
final class Http2ServerCodec implements ServerCodec, Session.Side {
    private final Session session;
    private final Callbacks callbacks;
    private boolean goneAway;

    Http2ServerCodec(
            Connection connection,
            Callbacks callbacks,
            Http2Settings settings,
            WorkerMemory memory) {
        this.callbacks = callbacks;
        session = new Session(connection, settings, memory, this, true);
        session.start();
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        return session.dispatch(data);
    }

    @Override
    public Protocol protocol() {
        return Protocol.HTTP2;
    }

    @Override
    public void goAway() {
        session.goAway(ErrorCode.NO_ERROR);
    }

    @Override
    public void shutdownNotice() {
        session.shutdownNotice();
    }

    @Override
    public void enhanceYourCalm() {
        session.goAway(ErrorCode.ENHANCE_YOUR_CALM);
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        session.slowDown();
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        session.speedUp();
    }

    // What a server does.

    @Override
    public Http2Stream onNewStream(int id) {
        var stream = new ServerStream(session);
        session.open(stream, id);
        stream.receiver(callbacks.onStream(stream));
        return stream;
    }

    @Override
    public boolean idle(int id) {
        return (id & 1) == 0 || id > session.closedStreams().lastPeerStream();
    }

    @Override
    public void onGoAway(int lastStream) {
        if (!goneAway) {
            goneAway = true;
            callbacks.onGoAway();
        }
    }

    @Override
    public void onSettings(PeerSettings peer) {}

    @Override
    public ResetReason invalidMessage() {
        return ResetReason.LOCAL_RESET;
    }
}
