package io.nuncio.spi.host;

import io.nuncio.spi.Host;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// One worker's connections to one host. Thread: that worker.
@ProviderType
public interface HttpPool {
    Host host();

    /// Begins a stream: on a free connection at once (then `callbacks` is told before this
    /// returns), or when one is there.
    ///
    /// @return what cancels the wait; null if it is over already
    @Nullable Wait newStream(ResponseReceiver receiver, Callbacks callbacks);

    /// The host did not answer a request in time: counted as its `rq_timeout`. What it answers, the
    /// pool counts by itself.
    void timedOut();

    /// A request that waits for a connection.
    interface Wait {
        /// Gives up; no callback follows.
        void cancel();
    }

    /// Who asked for a stream; told exactly once.
    @ConsumerType
    interface Callbacks {
        /// Send the request now. `upstream` is also what logs want.
        void onReady(RequestSender sender, UpstreamInfo upstream);

        /// @param transportFailure why the transport failed, empty if it did not
        void onFailure(Failure failure, String transportFailure, Host host);
    }

    /// Why no stream could begin.
    enum Failure {
        /// A circuit breaker is open (Envoy: Overflow).
        OVERFLOW,
        LOCAL_CONNECTION_FAILURE,
        REMOTE_CONNECTION_FAILURE,
        /// The connect timeout passed.
        TIMEOUT
    }
}
