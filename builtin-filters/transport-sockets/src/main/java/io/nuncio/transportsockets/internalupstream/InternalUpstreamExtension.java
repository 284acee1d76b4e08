package io.nuncio.transportsockets.internalupstream;

import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport.MetadataValueSource;
import io.nuncio.spi.Category;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketFactory;
import io.nuncio.spi.TransportSocketTemplate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Envoy's transport socket for internal listeners.
@Extension(
        name = "envoy.transport_sockets.internal_upstream",
        category = Category.UPSTREAM_TRANSPORT_SOCKET,
        type = "envoy.extensions.transport_sockets.internal_upstream.v3.InternalUpstreamTransport",
        securityPosture = "robust_to_untrusted_downstream_and_upstream")
public final class InternalUpstreamExtension
        implements TransportSocketFactory<InternalUpstreamTransport> {
    @Override
    public TransportSocketTemplate configure(
            InternalUpstreamTransport message, FactoryContext context) {
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
        return new InternalUpstreamTemplate(
                template == null ? InternalUpstreamExtension::never : template,
                sources(message.getPassthroughMetadataList(), context),
                context.platform().clusters(),
                context.stats().scope("internal_upstream").counter("no_metadata"));
    }

    private static List<MetadataSource> sources(
            List<MetadataValueSource> messages, FactoryContext context) {
        var sources = new ArrayList<MetadataSource>(messages.size());
        for (int index = 0; index < messages.size(); index++) {
            MetadataValueSource message = messages.get(index);
            switch (message.getKind().getKindCase()) {
                case HOST -> sources.add(new MetadataSource(message.getName(), true));
                case CLUSTER -> sources.add(new MetadataSource(message.getName(), false));
                case REQUEST, ROUTE, KIND_NOT_SET ->
                        context.problems()
                                .at("passthrough_metadata[" + index + "].kind")
                                .expected("host or cluster")
                                .found(
                                        message.getKind()
                                                .getKindCase()
                                                .name()
                                                .toLowerCase(Locale.ROOT));
            }
        }
        return sources;
    }

    /// Stands in for what could not be compiled, which is reported: it is never used.
    private static io.nuncio.spi.TransportSocket never(TransportSocketContext context) {
        throw new IllegalStateException("a configuration with problems is not used");
    }
}
