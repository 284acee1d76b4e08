package io.nuncio.spi;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;

/// A connection as network filters see it. Thread: its worker, for every method.
@ProviderType
public interface Connection {
    ConnectionInfo info();

    /// What logs and formatters know of the connection as such.
    StreamInfo streamInfo();

    /// What the filter state of [#streamInfo] has under that key, null if nothing. Where nobody has
    /// asked for the connection's stream info, none is made to say so.
    default @Nullable Object filterState(String key) {
        return streamInfo().filterState(key);
    }

    /// What a connection to an upstream that is made for this one begins with, as
    /// [StreamInfo#sharedState] has it.
    default List<SharedState> sharedState() {
        return streamInfo().sharedState();
    }

    Worker worker();

    State state();

    /// Sends data; it passes `onWrite` of the network filters and is flushed once per round of the
    /// loop.
    ///
    /// Ownership: `data` is emptied. Never refuses: watch
    /// [Callbacks#onAboveWriteBufferHighWatermark] and slow down.
    ///
    /// @param endStream true to half-close after the data
    void write(Buffer data, boolean endStream);

    /// Begins TLS on a connection that began in plaintext, with a transport socket that can
    /// (`envoy.transport_sockets.starttls`). What was written before still goes in plaintext, what
    /// is written after waits for the handshake. Bytes that came before and that no filter took are
    /// the handshake's: nothing that was sent in plaintext is taken for encrypted.
    ///
    /// @return false if the transport socket cannot; nothing has changed then
    default boolean startSecureTransport() {
        return false;
    }

    /// Ends the connection.
    ///
    /// @param reason Envoy's local close reason, one word or phrase without secrets
    void close(Close how, String reason);

    /// Stops (true) or goes on (false) reading from the socket. Calls nest: as many `false` as
    /// there were `true`. When reading goes on and the read buffer holds bytes, the filters get
    /// them again soon, without waiting for new ones.
    void readDisable(boolean disable);

    /// How many bytes wait to be written, those that the operating system has not taken yet among
    /// them.
    long unsentBytes();

    /// True if more than [#bufferLimit] bytes wait to be written.
    boolean aboveHighWatermark();

    /// The high watermark of the write buffer and the most that one read may bring, in bytes; 0
    /// means without limit.
    int bufferLimit();

    void bufferLimit(int bytes);

    /// If on, the peer's end of stream is reported by `onData(.., true)` and this side may still
    /// write; otherwise it closes the connection. Off by default.
    void halfClose(boolean enabled);

    /// How long a close with [Close#FLUSH_WRITE_AND_DELAY] waits for the peer to close first, in
    /// nanoseconds; 0 for not at all.
    void delayedCloseTimeout(long nanos);

    /// Keeps gauges of how many bytes are buffered, for a statistic over several connections; at
    /// most one pair, taken back when the connection ends.
    ///
    /// @param read of those that came and were not taken yet
    /// @param written of those that wait to be written
    default void countBuffered(Gauge read, Gauge written) {}

    void addCallbacks(Callbacks callbacks);

    void removeCallbacks(Callbacks callbacks);

    /// Whether the connection is open.
    enum State {
        CONNECTING,
        OPEN,
        CLOSING,
        CLOSED
    }

    /// How to end a connection.
    enum Close {
        /// Write what is buffered, then close.
        FLUSH_WRITE,
        /// Write what is buffered, then wait for the peer to close, within the delayed close
        /// timeout.
        FLUSH_WRITE_AND_DELAY,
        /// Close now, dropping what is buffered.
        NO_FLUSH,
        /// Close now with a TCP reset.
        ABORT_RESET
    }

    /// What a connection tells those who watch it.
    interface Callbacks {
        /// Thread: the connection's worker.
        default void onEvent(ConnectionEvent event) {}

        /// More than the buffer limit waits to be written.
        default void onAboveWriteBufferHighWatermark() {}

        /// The write buffer has drained to half its limit.
        default void onBelowWriteBufferLowWatermark() {}
    }
}
