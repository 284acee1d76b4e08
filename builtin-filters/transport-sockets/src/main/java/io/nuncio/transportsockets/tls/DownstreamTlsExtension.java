package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsSockets;

import java.util.function.Supplier;

/// TLS of listeners.
@Extension(
        name = "envoy.transport_sockets.tls",
        type = "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        category = Category.DOWNSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class DownstreamTlsExtension implements TransportSocketFactory<DownstreamTlsContext> {
    @Override
    public TransportSocketTemplate configure(DownstreamTlsContext message, FactoryContext context) {
        CommonTlsContext own = message.getCommonTlsContext();
        CommonTls common =
                CommonTls.from(
                        own,
                        CommonTls.Side.DOWNSTREAM,
                        context.problems().in("common_tls_context"));
        TlsSecrets secrets = new TlsSecrets(own, CommonTls.Side.DOWNSTREAM, false, context);
        if (!secrets.present()) {
            context.problems()
                    .at("common_tls_context.tls_certificates")
                    .because("No TLS certificates found for server context");
        }
        if (!context.problems().none()) {
            secrets.close();
            return new RefusedTls();
        }
        Supplier<TlsConfig> config =
                () ->
                        common.config(
                                secrets,
                                asked(message, secrets.verifier()),
                                sessions(message),
                                TlsConfig.ServerName.NONE);
        TlsSockets tls = context.platform().tls();
        return secrets.change()
                ? new SecretTls(
                        tls.changingDownstream(secrets.complete() ? config.get() : null, context),
                        secrets,
                        config)
                : tls.downstream(config.get(), context);
    }

    private static TlsConfig.PeerCertificate asked(
            DownstreamTlsContext message, PeerCertificates verifier) {
        if (message.getRequireClientCertificate().getValue() || verifier.demands()) {
            return TlsConfig.PeerCertificate.REQUIRED;
        }
        return verifier.asks()
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
