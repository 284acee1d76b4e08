package io.nuncio.transportsockets.starttls;

import io.envoyproxy.envoy.extensions.transport_sockets.starttls.v3.UpstreamStartTlsConfig;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.transportsockets.tls.UpstreamTlsExtension;

/// Connections of clusters that may begin TLS.
@Extension(
        name = "envoy.transport_sockets.starttls",
        type = "envoy.extensions.transport_sockets.starttls.v3.UpstreamStartTlsConfig",
        category = Category.UPSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class UpstreamStartTlsExtension
        implements TransportSocketFactory<UpstreamStartTlsConfig> {
    @Override
    public TransportSocketTemplate configure(
            UpstreamStartTlsConfig message, FactoryContext context) {
        return new StartTlsTemplate(
                new UpstreamTlsExtension()
                        .configure(
                                message.getTlsSocketConfig(),
                                context.in("tls_socket_config", context.name())));
    }
}
