package io.nuncio.proxyprotocol;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;

/// Envoy's upstream PROXY protocol transport socket.
@Extension(
        name = "envoy.transport_sockets.upstream_proxy_protocol",
        category = Category.UPSTREAM_TRANSPORT_SOCKET,
        type =
                "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class UpstreamProxyProtocolExtension
        implements TransportSocketFactory<ProxyProtocolUpstreamTransport> {
    @Override
    public TransportSocketTemplate configure(
            ProxyProtocolUpstreamTransport message, FactoryContext context) {
        TransportSocket inner = message.getTransportSocket();
        TransportSocketTemplate template =
                context.platform()
                        .extensions()
                        .compile(
                                Category.UPSTREAM_TRANSPORT_SOCKET,
                                inner.getName(),
                                inner.getTypedConfig(),
                                TransportSocketTemplate.class,
                                context,
                                "transport_socket");
        StatsScope scope = context.stats().scope("upstream.proxyprotocol");
        return new UpstreamProxyProtocolTemplate(
                UpstreamProxyProtocolConfig.from(message),
                template == null ? UpstreamProxyProtocolExtension::never : template,
                scope.counter("v2_tlvs_exceed_max_length"));
    }

    /// Stands in for what could not be compiled, which is reported: it is never used.
    private static io.nuncio.spi.TransportSocket never(TransportSocketContext context) {
        throw new IllegalStateException("a configuration with problems is not used");
    }
}
