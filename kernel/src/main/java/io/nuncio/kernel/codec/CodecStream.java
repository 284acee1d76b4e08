package io.nuncio.kernel.codec;

import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.Connection;
import io.nuncio.spi.host.StreamControl;

import org.jspecify.annotations.Nullable;

/// One stream of a codec as its user controls it: who is told of resets and watermarks, how often
/// reading was disabled, why the codec ended it.
///
/// A stream is slowed down as long as there is any cause for it, and its user is told once when the
/// first comes and once when the last goes.
public abstract class CodecStream implements StreamControl, ByteCounts {
    private static final int BY_CONNECTION = 1;
    private static final int BY_STREAM = 2;

    private final Connection connection;
    private StreamControl.@Nullable Callbacks callbacks;
    private int readDisables;
    private int slowedBy;
    private boolean ended;
    private String details = "";
    private long wireReceived;
    private long wireSent;
    private int headersReceived;
    private int headersSent;
    private int decompressedReceived;
    private int decompressedSent;

    protected CodecStream(Connection connection) {
        this.connection = connection;
    }

    protected final Connection connection() {
        return connection;
    }

    public final StreamControl control() {
        return this;
    }

    @Override
    public final void callbacks(StreamControl.@Nullable Callbacks user) {
        callbacks = user;
        if (user != null && slowedBy == 0 && connection.aboveHighWatermark()) {
            onAboveWriteBufferHighWatermark();
        }
    }

    /// Who is told, null for nobody.
    protected final StreamControl.@Nullable Callbacks user() {
        return callbacks;
    }

    @Override
    public final void readDisable(boolean disable) {
        if (ended) {
            return;
        }
        readDisables += disable ? 1 : -1;
        onReadDisable(disable);
    }

    /// The user's [#readDisable], while the stream goes on.
    protected abstract void onReadDisable(boolean disable);

    /// How many calls of [#readDisable] are not taken back.
    protected final int readDisables() {
        return readDisables;
    }

    @Override
    public final String details() {
        return details;
    }

    /// Keeps the first reason.
    public final void details(String text) {
        if (details.isEmpty()) {
            details = text;
        }
    }

    /// True once the user can send nothing more and is told nothing more.
    public final boolean ended() {
        return ended;
    }

    /// Nothing is sent any more; what the stream held up goes on.
    protected final void markEnded() {
        ended = true;
        callbacks = null;
        for (; readDisables > 0; readDisables--) {
            onReadDisable(false);
        }
    }

    /// The connection's write buffer is over its limit.
    public final void onAboveWriteBufferHighWatermark() {
        slow(BY_CONNECTION);
    }

    public final void onBelowWriteBufferLowWatermark() {
        hasten(BY_CONNECTION);
    }

    /// The stream's own buffer is over its limit.
    protected final void onAboveOwnHighWatermark() {
        slow(BY_STREAM);
    }

    protected final void onBelowOwnLowWatermark() {
        hasten(BY_STREAM);
    }

    private void slow(int cause) {
        boolean first = slowedBy == 0;
        slowedBy |= cause;
        if (first && callbacks != null) {
            callbacks.onAboveWriteBufferHighWatermark();
        }
    }

    private void hasten(int cause) {
        if (slowedBy == cause && callbacks != null) {
            slowedBy = 0;
            callbacks.onBelowWriteBufferLowWatermark();
        } else {
            slowedBy &= ~cause;
        }
    }

    // What it takes of the connection.

    @Override
    public final ByteCounts byteCounts() {
        return this;
    }

    public final void countReceived(int bytes) {
        wireReceived += bytes;
    }

    public final void countSent(int bytes) {
        wireSent += bytes;
    }

    /// A head or trailers came.
    ///
    /// @param decompressed the size of names and values, or of it all where nothing is compressed
    public final void countReceivedHeaders(int bytes, int decompressed) {
        wireReceived += bytes;
        headersReceived += bytes;
        decompressedReceived += decompressed;
    }

    public final void countSentHeaders(int bytes, int decompressed) {
        wireSent += bytes;
        headersSent += bytes;
        decompressedSent += decompressed;
    }

    @Override
    public final long wireBytesReceived() {
        return wireReceived;
    }

    @Override
    public final long wireBytesSent() {
        return wireSent;
    }

    @Override
    public final long headerBytesReceived() {
        return headersReceived;
    }

    @Override
    public final long headerBytesSent() {
        return headersSent;
    }

    @Override
    public final long decompressedHeaderBytesReceived() {
        return decompressedReceived;
    }

    @Override
    public final long decompressedHeaderBytesSent() {
        return decompressedSent;
    }
}
