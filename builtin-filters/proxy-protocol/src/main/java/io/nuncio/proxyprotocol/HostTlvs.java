package io.nuncio.proxyprotocol;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.core.v3.PerHostConfig;
import io.envoyproxy.envoy.config.core.v3.TlvEntry;
import io.nuncio.spi.Host;
import io.nuncio.spi.ProxyProtocolData.Tlv;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The TLVs that headers to one host have, from its metadata.
final class HostTlvs {
    private static final String NAMESPACE = "envoy.transport_sockets.proxy_protocol";

    private HostTlvs() {}

    /// As in Envoy, the first of a type counts, an empty one does not, and metadata of another type
    /// is none.
    ///
    /// @param host null if the connection is to none of a cluster's
    static List<Tlv> of(@Nullable Host host) {
        Metadata metadata = host == null ? null : host.metadata();
        Any given = metadata == null ? null : metadata.getTypedFilterMetadataMap().get(NAMESPACE);
        if (given == null || !given.is(PerHostConfig.class)) {
            return List.of();
        }
        List<Tlv> tlvs = new ArrayList<>();
        Set<Integer> types = new HashSet<>();
        try {
            for (TlvEntry entry : given.unpack(PerHostConfig.class).getAddedTlvsList()) {
                if (!entry.getValue().isEmpty() && types.add(entry.getType())) {
                    tlvs.add(new Tlv(entry.getType(), entry.getValue()));
                }
            }
        } catch (InvalidProtocolBufferException damaged) {
            return List.of();
        }
        return tlvs;
    }
}
