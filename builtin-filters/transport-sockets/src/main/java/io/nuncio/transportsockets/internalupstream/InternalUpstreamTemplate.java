package io.nuncio.transportsockets.internalupstream;

import com.google.protobuf.Struct;

import io.nuncio.spi.Connection;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Host;
import io.nuncio.spi.PassthroughState;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.host.Clusters;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes another's sockets, and passes on the shared filter state and the metadata that the
/// configuration names.
///
/// @param sources of two with the same namespace, the latter counts
/// @param noMetadata sources that had nothing
record InternalUpstreamTemplate(
        TransportSocketTemplate inner,
        List<MetadataSource> sources,
        Clusters clusters,
        Counter noMetadata)
        implements TransportSocketTemplate {
    InternalUpstreamTemplate {
        sources = List.copyOf(sources);
    }

    @Override
    public TransportSocket create(TransportSocketContext context) {
        context.passOn(new PassthroughState(metadata(context.host()), context.options().shared()));
        return inner.create(context);
    }

    private Map<String, Struct> metadata(@Nullable Host host) {
        if (host == null || sources.isEmpty()) {
            return Map.of();
        }
        Map<String, Struct> found = new HashMap<>();
        for (MetadataSource source : sources) {
            Struct values = source.of(host, clusters);
            if (values == null) {
                noMetadata.increment();
            } else {
                found.put(source.namespace(), values);
            }
        }
        return found;
    }

    @Override
    public boolean secure() {
        return inner.secure();
    }

    @Override
    public boolean supportsAlpn() {
        return inner.supportsAlpn();
    }

    @Override
    public TransportSocketTemplate withApplicationProtocols(List<String> protocols) {
        return new InternalUpstreamTemplate(
                inner.withApplicationProtocols(protocols), sources, clusters, noMetadata);
    }

    @Override
    public @Nullable Object sharingKey(Connection downstream) {
        return inner.sharingKey(downstream);
    }

    @Override
    public void close() {
        inner.close();
    }
}
