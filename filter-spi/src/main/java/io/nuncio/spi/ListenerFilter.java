package io.nuncio.spi;

import org.osgi.annotation.versioning.ConsumerType;

/// Looks at an accepted socket before a filter chain is chosen. Thread: the worker that accepted
/// it.
@ConsumerType
public interface ListenerFilter {
    /// The socket was accepted.
    default Outcome onAccept() {
        return Outcome.CONTINUE;
    }

    /// How many bytes the filter wants to see at most; 0 if none. Asked after [#onAccept] and after
    /// each [#onData].
    default int maxBytes() {
        return 0;
    }

    /// The first bytes of the connection, growing from call to call up to [#maxBytes]. Bytes that
    /// the filter drains are gone; the others go on to the filter chain.
    default Outcome onData(Buffer peeked) {
        return Outcome.CONTINUE;
    }

    /// The peer closed, or the time limit passed, before the filter was done.
    default void onDestroy() {}

    /// What happens to the socket next.
    enum Outcome {
        /// This filter is done.
        CONTINUE,
        /// It waits for bytes, or for [AcceptedSocket#resume].
        STOP,
        /// The socket is closed.
        CLOSE
    }
}
