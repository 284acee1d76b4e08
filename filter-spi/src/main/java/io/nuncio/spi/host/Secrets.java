package io.nuncio.spi.host;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.spi.FactoryContext;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Certificates, keys and other secrets that a configuration names: the bootstrap's own, and those
/// that come from elsewhere (SDS). Thread: main.
@ProviderType
public interface Secrets {
    /// Finds a secret: one of the bootstrap by its name alone, one from elsewhere by its source. A
    /// listener or cluster that is compiled waits for the latter before it serves.
    ///
    /// @param type which kind of secret is needed
    /// @param field of the configuration, below the context's problems
    /// @return null if there is no such secret, or its source is of no use; that is reported
    @Nullable SecretSource find(
            SdsSecretConfig config, Secret.TypeCase type, FactoryContext context, String field);

    /// A secret that stands in the configuration at hand and whose files may become others: told
    /// when something changes in its `watched_directory`.
    SecretSource inline(Secret secret);
}
