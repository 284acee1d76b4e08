package io.nuncio.kernel.http1;

import io.nuncio.spi.Connection;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.host.StreamControl;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;

/// What requests' and responses' streams have in common: control, and writing bodies.
abstract class Http1Stream implements StreamControl {
    private final Connection connection;
    private StreamControl.@Nullable Callbacks callbacks;
    private int readDisables;
    private boolean aboveHighWatermark;
    private boolean ended;
    private String details = "";

    Http1Stream(Connection connection) {
        this.connection = connection;
    }

    public final StreamControl control() {
        return this;
    }

    @Override
    public final void callbacks(StreamControl.@Nullable Callbacks user) {
        callbacks = user;
        if (user != null && !aboveHighWatermark && connection.aboveHighWatermark()) {
            onAboveWriteBufferHighWatermark();
        }
    }

    @Override
    public final void reset(ResetReason reason) {
        if (!ended) {
            markEnded();
            onReset();
        }
    }

    /// The user has given the stream up.
    abstract void onReset();

    @Override
    public final void readDisable(boolean disable) {
        if (ended) {
            return;
        }
        readDisables += disable ? 1 : -1;
        connection.readDisable(disable);
    }

    @Override
    public final int bufferLimit() {
        return connection.bufferLimit();
    }

    @Override
    public final void bufferLimit(int bytes) {
        connection.bufferLimit(bytes);
    }

    @Override
    public final String details() {
        return details;
    }

    final void details(String text) {
        details = text;
    }

    final boolean ended() {
        return ended;
    }

    /// Nothing is sent any more; what the stream held up goes on.
    final void markEnded() {
        ended = true;
        callbacks = null;
        for (; readDisables > 0; readDisables--) {
            connection.readDisable(false);
        }
    }

    final void onAboveWriteBufferHighWatermark() {
        aboveHighWatermark = true;
        if (callbacks != null) {
            callbacks.onAboveWriteBufferHighWatermark();
        }
    }

    final void onBelowWriteBufferLowWatermark() {
        if (aboveHighWatermark) {
            aboveHighWatermark = false;
            if (callbacks != null) {
                callbacks.onBelowWriteBufferLowWatermark();
            }
        }
    }

    static void writeBody(Slices output, Slices data, boolean chunked) {
        int length = data.length();
        if (length == 0) {
            return;
        }
        if (chunked) {
            HeadWriter.chunkStart(output, length);
            output.takeAll(data);
            HeadWriter.chunkEnd(output);
        } else {
            output.takeAll(data);
        }
    }
}
