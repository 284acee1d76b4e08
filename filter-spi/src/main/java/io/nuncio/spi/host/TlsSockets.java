package io.nuncio.spi.host;

import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// The kernel's TLS, for transport sockets that speak it. Thread: main.
///
/// Statistics go below `ssl.` of the context's scope. What the library refuses (a cipher that it
/// does not have, a key that does not fit its certificate) is reported to the context's problems;
/// then the template is of no use, as that of any extension with a problem.
@ProviderType
public interface TlsSockets {
    /// Sockets that answer handshakes; at least one identity is needed.
    TransportSocketTemplate downstream(TlsConfig config, FactoryContext context);

    /// Sockets that begin handshakes.
    TransportSocketTemplate upstream(TlsConfig config, FactoryContext context);

    /// Sockets that answer handshakes as soon as there is a configuration.
    ///
    /// @param first null if there is none yet
    ChangingTls changingDownstream(@Nullable TlsConfig first, FactoryContext context);

    /// Sockets that begin handshakes as soon as there is a configuration.
    ///
    /// @param first null if there is none yet
    ChangingTls changingUpstream(@Nullable TlsConfig first, FactoryContext context);
}
