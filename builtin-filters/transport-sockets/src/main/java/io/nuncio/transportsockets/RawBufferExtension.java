package io.nuncio.transportsockets;

import io.envoyproxy.envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;

/// Plaintext connections of listeners and clusters.
@Extension(
        name = "envoy.transport_sockets.raw_buffer",
        type = "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer",
        category = {Category.DOWNSTREAM_TRANSPORT_SOCKET, Category.UPSTREAM_TRANSPORT_SOCKET},
        securityPosture = "requires_trusted_downstream_and_upstream")
public final class RawBufferExtension implements TransportSocketFactory<RawBuffer> {
    @Override
    public TransportSocketTemplate configure(RawBuffer config, FactoryContext context) {
        return new RawBufferTemplate();
    }
}
