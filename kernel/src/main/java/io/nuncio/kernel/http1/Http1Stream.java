package io.nuncio.kernel.http1;

import io.nuncio.kernel.codec.CodecStream;
import io.nuncio.spi.Connection;
import io.nuncio.spi.host.ResetReason;
import io.nuncio.spi.internal.Slices;

/// What requests' and responses' streams have in common: the connection is theirs alone while they
/// last.
abstract class Http1Stream extends CodecStream {
    Http1Stream(Connection connection) {
        super(connection);
    }

    @Override
    public final void reset(ResetReason reason) {
        if (!ended()) {
            markEnded();
            onReset();
        }
    }

    /// The user has given the stream up.
    abstract void onReset();

    @Override
    protected final void onReadDisable(boolean disable) {
        connection().readDisable(disable);
    }

    @Override
    public final int bufferLimit() {
        return connection().bufferLimit();
    }

    @Override
    public final void bufferLimit(int bytes) {
        connection().bufferLimit(bytes);
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
