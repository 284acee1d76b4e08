package io.nuncio.spi.host;

import io.nuncio.spi.Problems;
import io.nuncio.spi.TransportSocketTemplate;

import org.osgi.annotation.versioning.ProviderType;

/// Sockets whose configuration may come later and change. New connections take the newest; those
/// that exist keep what they began with. A connection that comes before the first is closed.
@ProviderType
public interface ChangingTls extends TransportSocketTemplate {
    /// Takes another configuration for new connections. Thread: main.
    ///
    /// @param problems what the library refuses is reported here; then nothing changes
    /// @return false if it is refused
    boolean change(TlsConfig config, Problems problems);
}
