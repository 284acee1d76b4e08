package io.nuncio.spi.host;

import io.nuncio.spi.Connection;

import org.osgi.annotation.versioning.ProviderType;

/// A compiled server codec: immutable, shared by all workers.
@ProviderType
public interface ServerCodecTemplate {
    /// Makes the codec of one downstream connection, on its worker, when the first bytes are there.
    ServerCodec create(Connection connection, ServerCodec.Callbacks callbacks);
}
