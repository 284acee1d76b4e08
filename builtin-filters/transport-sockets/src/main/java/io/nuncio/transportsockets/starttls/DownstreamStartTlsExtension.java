package io.nuncio.transportsockets.starttls;

import io.envoyproxy.envoy.extensions.transport_sockets.starttls.v3.StartTlsConfig;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.transportsockets.tls.DownstreamTlsExtension;

/// Connections of listeners that may begin TLS.
@Extension(
        name = "envoy.transport_sockets.starttls",
        type = "envoy.extensions.transport_sockets.starttls.v3.StartTlsConfig",
        category = Category.DOWNSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class DownstreamStartTlsExtension implements TransportSocketFactory<StartTlsConfig> {
    @Override
    public TransportSocketTemplate configure(StartTlsConfig message, FactoryContext context) {
        return new StartTlsTemplate(
                new DownstreamTlsExtension()
                        .configure(
                                message.getTlsSocketConfig(),
                                context.in("tls_socket_config", context.name())));
    }
}
