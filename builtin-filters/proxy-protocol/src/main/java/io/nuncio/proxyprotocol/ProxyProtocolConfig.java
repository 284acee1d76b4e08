package io.nuncio.proxyprotocol;

import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig.Version;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule;

import java.util.HashMap;
import java.util.Map;

/// @param optional true if connections may begin without a header
/// @param v1 true if headers of version 1 are read
/// @param v2 true if headers of version 2 are read
/// @param metadata where in the dynamic metadata the TLVs of a type go
/// @param passThrough which TLVs are kept for the upstream
record ProxyProtocolConfig(
        boolean optional,
        boolean v1,
        boolean v2,
        Map<Integer, MetadataKey> metadata,
        TlvChoice passThrough) {
    private static final String NAMESPACE = "envoy.filters.listener.proxy_protocol";

    ProxyProtocolConfig {
        metadata = Map.copyOf(metadata);
    }

    record MetadataKey(String namespace, String key) {}

    static ProxyProtocolConfig from(ProxyProtocol message) {
        Map<Integer, MetadataKey> metadata = new HashMap<>();
        for (Rule rule : message.getRulesList()) {
            KeyValuePair pair = rule.getOnTlvPresent();
            String namespace = pair.getMetadataNamespace();
            metadata.put(
                    rule.getTlvType(),
                    new MetadataKey(namespace.isEmpty() ? NAMESPACE : namespace, pair.getKey()));
        }
        return new ProxyProtocolConfig(
                message.getAllowRequestsWithoutProxyProtocol(),
                !message.getDisallowedVersionsList().contains(Version.V1),
                !message.getDisallowedVersionsList().contains(Version.V2),
                metadata,
                message.hasPassThroughTlvs()
                        ? TlvChoice.of(message.getPassThroughTlvs())
                        : TlvChoice.NONE);
    }
}
