package io.nuncio.transportsockets.tls;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.TlsConfig;
import io.nuncio.spi.host.TlsSockets;

import java.util.function.Supplier;

/// TLS of clusters.
@Extension(
        name = "envoy.transport_sockets.tls",
        type = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        category = Category.UPSTREAM_TRANSPORT_SOCKET,
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class UpstreamTlsExtension implements TransportSocketFactory<UpstreamTlsContext> {
    private static final int DEFAULT_SESSION_KEYS = 1;

    @Override
    public TransportSocketTemplate configure(UpstreamTlsContext message, FactoryContext context) {
        CommonTlsContext own = message.getCommonTlsContext();
        CommonTls common =
                CommonTls.from(
                        own, CommonTls.Side.UPSTREAM, context.problems().in("common_tls_context"));
        TlsSecrets secrets =
                new TlsSecrets(
                        own, CommonTls.Side.UPSTREAM, message.getAutoSniSanValidation(), context);
        if (secrets.count() > 1) {
            context.problems()
                    .at("common_tls_context.tls_certificates")
                    .because("Multiple TLS certificates are not supported for client contexts");
        }
        if (!context.problems().none()) {
            secrets.close();
            return new RefusedTls();
        }
        Supplier<TlsConfig> config =
                () ->
                        common.config(
                                secrets,
                                TlsConfig.PeerCertificate.REQUIRED,
                                TlsConfig.Sessions.DEFAULT,
                                new TlsConfig.ServerName(
                                        message.getSni(), message.getAutoHostSni()),
                                TlsConfig.Downstream.DEFAULT,
                                rules(message));
        TlsSockets tls = context.platform().tls();
        SecretTls made =
                secrets.change()
                        ? SecretTls.following(
                                tls.changingUpstream(
                                        secrets.complete() ? config.get() : null, context),
                                secrets,
                                _ -> {},
                                config)
                        : new SecretTls(tls.upstream(config.get(), context), secrets);
        if (!context.problems().none()) {
            made.close();
            return new RefusedTls();
        }
        return made;
    }

    private static TlsConfig.Upstream rules(UpstreamTlsContext message) {
        long keys =
                message.hasMaxSessionKeys()
                        ? Integer.toUnsignedLong(message.getMaxSessionKeys().getValue())
                        : DEFAULT_SESSION_KEYS;
        return new TlsConfig.Upstream(
                (int) Math.min(keys, Integer.MAX_VALUE),
                !message.hasEnforceRsaKeyUsage() || message.getEnforceRsaKeyUsage().getValue());
    }
}
