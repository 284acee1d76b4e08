package io.nuncio.spi.host;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.Host;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// One worker's way to connections to one host, each for one user alone, as the context of the pick
/// wants them. Thread: that worker.
@ProviderType
public interface TcpPool {
    Host host();

    /// Opens a connection, within the circuit breakers and the connect timeout of the cluster.
    ///
    /// @param receiver gets the connection's bytes and its end, after [Callbacks#onReady]
    /// @return what gives up waiting; null if `callbacks` was told before this returned
    @Nullable Wait newConnection(Receiver receiver, Callbacks callbacks);

    /// A connection that is being made. Bundles that carry connections in something else, such as a
    /// tunnel, have their own.
    @ConsumerType
    interface Wait {
        /// Gives up; no callback follows.
        void cancel();
    }

    /// A connection that stands. After its end everything still done to it is ignored. Bundles that
    /// carry connections in something else, such as a tunnel, have their own.
    @ConsumerType
    interface Opened {
        /// For logs; stays true after the end.
        UpstreamInfo info();

        /// Sends bytes; `data` is emptied. Never refuses: watch
        /// [Receiver#onAboveWriteBufferHighWatermark] and slow down.
        ///
        /// @param endStream true to half-close after the data
        void write(Buffer data, boolean endStream);

        /// Begins TLS, see [Connection#startSecureTransport].
        default boolean startSecureTransport() {
            return false;
        }

        /// Stops (true) or goes on (false) reading; calls nest. Counted by the cluster as flow
        /// control.
        void readDisable(boolean disable);

        /// Ends the connection; [Receiver#onEnd] follows, at once unless there is something to be
        /// flushed.
        void close(Connection.Close how, String reason);

        /// How many bytes wait to be written.
        long unsentBytes();
    }

    /// Who asked for a connection; told exactly once.
    @ConsumerType
    interface Callbacks {
        void onReady(Opened opened);

        /// @param upstream the host that was tried, with the reason of its transport if it has one
        void onFailure(HttpPool.Failure failure, UpstreamInfo upstream);
    }

    /// What a connection brings.
    @ConsumerType
    interface Receiver {
        /// Bytes from the host; take or drain what you handle, the rest comes again with the next
        /// bytes.
        ///
        /// @param endStream true if the host sends no more; it may still be written to
        void onData(Buffer data, boolean endStream);

        /// The connection has ended; the last call.
        void onEnd(ConnectionEvent event);

        /// More than the cluster's buffer limit waits to be written.
        void onAboveWriteBufferHighWatermark();

        void onBelowWriteBufferLowWatermark();
    }
}
