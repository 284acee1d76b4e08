package io.nuncio.kernel.protocol;

import io.nuncio.kernel.http2.Preface;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.host.CodecError;
import io.nuncio.spi.host.ServerCodec;
import io.nuncio.spi.host.ServerCodecTemplate;

import org.jspecify.annotations.Nullable;

/// Becomes HTTP/2 if the first bytes are its preface, else HTTP/1. As long as they may become the
/// preface it reads nothing.
final class ListeningCodec implements ServerCodec {
    private final Connection connection;
    private final Callbacks callbacks;
    private final ServerCodecTemplate http1;
    private final ServerCodecTemplate http2;
    private @Nullable ServerCodec chosen;
    private boolean shutdownNotice;
    private boolean goAway;

    ListeningCodec(
            Connection connection,
            Callbacks callbacks,
            ServerCodecTemplate http1,
            ServerCodecTemplate http2) {
        this.connection = connection;
        this.callbacks = callbacks;
        this.http1 = http1;
        this.http2 = http2;
    }

    @Override
    public @Nullable CodecError dispatch(Buffer data) {
        ServerCodec codec = chosen;
        if (codec == null) {
            int matching = Preface.match(data);
            if (matching == data.length() && matching < Preface.LENGTH) {
                return null;
            }
            codec = (matching == Preface.LENGTH ? http2 : http1).create(connection, callbacks);
            chosen = codec;
            if (shutdownNotice) {
                codec.shutdownNotice();
            }
            if (goAway) {
                codec.goAway();
            }
        }
        return codec.dispatch(data);
    }

    @Override
    public Protocol protocol() {
        return chosen == null ? Protocol.HTTP11 : chosen.protocol();
    }

    @Override
    public void goAway() {
        goAway = true;
        if (chosen != null) {
            chosen.goAway();
        }
    }

    @Override
    public void shutdownNotice() {
        shutdownNotice = true;
        if (chosen != null) {
            chosen.shutdownNotice();
        }
    }

    @Override
    public void enhanceYourCalm() {
        if (chosen != null) {
            chosen.enhanceYourCalm();
        }
    }

    @Override
    public void onAboveWriteBufferHighWatermark() {
        if (chosen != null) {
            chosen.onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public void onBelowWriteBufferLowWatermark() {
        if (chosen != null) {
            chosen.onBelowWriteBufferLowWatermark();
        }
    }
}
