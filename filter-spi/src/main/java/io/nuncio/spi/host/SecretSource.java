package io.nuncio.spi.host;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/// One use of a secret, until it is closed. Thread: main.
@ProviderType
public interface SecretSource extends AutoCloseable {
    /// The newest secret that nobody refused; null if none has come yet.
    @Nullable Secret current();

    /// Says who is told of changes; one watcher at most. What is [#current] already is not told.
    void watch(Watcher watcher);

    /// Nothing is told any more.
    @Override
    void close();

    /// Who uses a secret.
    @ConsumerType
    interface Watcher {
        /// Another secret came, or a file that the secret names has become another: read it anew.
        /// What is wrong with it is reported, and then the one before goes on.
        ///
        /// @param problems at the secret's own message
        void onChange(Secret secret, Problems problems);
    }
}
