package io.nuncio.spi;

import org.osgi.annotation.versioning.ProviderType;

/// A connection as seen by one network filter of its chain. Thread: the connection's worker.
@ProviderType
public interface NetworkStream {
    Connection connection();

    Worker worker();

    /// Goes on with the next filter after [NetworkOutcome#STOP], with what the read buffer holds.
    void resume();

    /// Adds bytes as if the peer had sent them, for the filters after this one. `data` is emptied.
    void injectRead(Buffer data, boolean endStream);

    /// Adds bytes towards the peer, for the filters before this one and the socket. `data` is
    /// emptied.
    void injectWrite(Buffer data, boolean endStream);

    /// A timer that is disarmed when the connection ends.
    Timer timer(Runnable task);

    /// Runs `task` on the connection's worker unless the connection has ended by then; callable
    /// from any thread.
    void post(Runnable task);

    /// True if this connection should end now because its listener, or the whole server, drains.
    /// Under the gradual strategy the answer is drawn by chance, and becomes certain as the drain
    /// time runs out: ask once per decision (Envoy: drainClose).
    boolean drainClose();
}
