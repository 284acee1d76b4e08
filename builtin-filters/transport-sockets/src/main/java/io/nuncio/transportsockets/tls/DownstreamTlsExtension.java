package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.TlsConfig;

/// TLS of listeners.
@Extension(
        name = "envoy.transport_sockets.tls",
        type = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        category = Category.DOWNSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class DownstreamTlsExtension implements TransportSocketFactory<DownstreamTlsContext> {
    @Override
    public TransportSocketTemplate configure(DownstreamTlsContext message, FactoryContext context) {
        CommonTls common =
                CommonTls.from(
                        message.getCommonTlsContext(), CommonTls.Side.DOWNSTREAM, false, context);
        if (message.getCommonTlsContext().getTlsCertificatesCount() == 0) {
            context.problems()
                    .at("common_tls_context.tls_certificates")
                    .because("No TLS certificates found for server context");
        }
        if (!context.problems().none()) {
            return new RefusedTls();
        }
        return context.platform()
                .tls()
                .downstream(
                        common.config(
                                asked(message, common),
                                sessions(message),
                                TlsConfig.ServerName.NONE),
                        context);
    }

    private static TlsConfig.PeerCertificate asked(DownstreamTlsContext message, CommonTls common) {
        if (message.getRequireClientCertificate().getValue() || common.verifier().demands()) {
            return TlsConfig.PeerCertificate.REQUIRED;
        }
        return common.verifier().asks()
                ? TlsConfig.PeerCertificate.OPTIONAL
                : TlsConfig.PeerCertificate.NONE;
    }

    private static TlsConfig.Sessions sessions(DownstreamTlsContext message) {
        return new TlsConfig.Sessions(
                !message.getDisableStatelessSessionResumption(),
                !message.getDisableStatefulSessionResumption(),
                message.getSessionTimeout().getSeconds());
    }
}
