package io.nuncio.spi.host;

import io.nuncio.spi.ByteCounts;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// One stream of a codec (Envoy: Stream). Thread: the connection's worker.
@ProviderType
public interface StreamControl {
    /// Who is told of resets and watermarks; null for nobody any more.
    void callbacks(@Nullable Callbacks callbacks);

    /// Ends the stream at once. HTTP/1 closes the connection.
    void reset(ResetReason reason);

    /// Stops (true) or goes on (false) reading this stream. Calls nest.
    void readDisable(boolean disable);

    /// How many bytes the codec may buffer for the stream, 0 for no limit.
    int bufferLimit();

    void bufferLimit(int bytes);

    /// What the stream has taken of the connection.
    default ByteCounts byteCounts() {
        return ByteCounts.NONE;
    }

    /// Why the codec ended the stream, in Envoy's words such as `http1.codec_error`; empty if it
    /// did not.
    String details();

    /// What a stream tells its user.
    @ConsumerType
    interface Callbacks {
        /// The stream is over without its end; nothing follows.
        ///
        /// @param transportFailure why the transport failed, empty if it did not
        void onReset(ResetReason reason, String transportFailure);

        /// What the user writes is not read fast enough.
        default void onAboveWriteBufferHighWatermark() {}

        default void onBelowWriteBufferLowWatermark() {}
    }
}
