package io.nuncio.kernel.upstream;

import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// Opens connections to upstream hosts; what this subsystem needs of the network. Thread: the
/// worker.
@FunctionalInterface
public interface UpstreamConnector {
    /// Begins to connect. What becomes of it is told to `handler`, never before this returns: one
    /// [io.nuncio.spi.ConnectionEvent#CONNECTED] and one close event, or the close event alone.
    ///
    /// @param socket null for plaintext
    Connection connect(
            Worker worker,
            Address address,
            ConnectOptions options,
            @Nullable TransportSocketTemplate socket,
            Handler handler);

    /// Who uses the connection.
    interface Handler extends Connection.Callbacks {
        /// Bytes of the upstream; take what you keep, the rest comes again with the next bytes.
        void onData(Buffer data, boolean endStream);

        /// So many bytes went to the socket.
        void onSent(long bytes);
    }
}
