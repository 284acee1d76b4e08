package io.nuncio.spi.host;

import io.nuncio.spi.Connection;

import org.osgi.annotation.versioning.ProviderType;

/// A compiled client codec: immutable, shared by all workers.
@ProviderType
public interface ClientCodecTemplate {
    /// Makes the codec of one upstream connection, on its worker.
    ClientCodec create(Connection connection, ClientCodec.Callbacks callbacks);
}
