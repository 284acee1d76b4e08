package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.TlsConfig;

/// TLS of clusters.
@Extension(
        name = "envoy.transport_sockets.tls",
        type = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        category = Category.UPSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class UpstreamTlsExtension implements TransportSocketFactory<UpstreamTlsContext> {
    @Override
    public TransportSocketTemplate configure(UpstreamTlsContext message, FactoryContext context) {
        CommonTls common =
                CommonTls.from(
                        message.getCommonTlsContext(),
                        CommonTls.Side.UPSTREAM,
                        message.getAutoSniSanValidation(),
                        context);
        if (message.getCommonTlsContext().getTlsCertificatesCount() > 1) {
            context.problems()
                    .at("common_tls_context.tls_certificates")
                    .because("Multiple TLS certificates are not supported for client contexts");
        }
        if (!context.problems().none()) {
            return new RefusedTls();
        }
        return context.platform()
                .tls()
                .upstream(
                        common.config(
                                TlsConfig.PeerCertificate.REQUIRED,
                                TlsConfig.Sessions.DEFAULT,
                                new TlsConfig.ServerName(
                                        message.getSni(), message.getAutoHostSni())),
                        context);
    }
}
