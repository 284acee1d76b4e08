package io.nuncio.proxyprotocol;

import com.google.protobuf.ByteString;

import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig.Version;
import io.envoyproxy.envoy.config.core.v3.TlvEntry;
import io.envoyproxy.envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.ProxyProtocolData.Tlv;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// @param v2 false for version 1
/// @param added TLVs that each header has
/// @param passThrough which of the downstream's TLVs it has besides
/// @param tlvsInKey true if connections are shared by those only who have the same TLVs
/// @param unspecified true if a header of version 2 may be on behalf of somebody without naming
///   addresses
record UpstreamProxyProtocolConfig(
        boolean v2,
        List<Tlv> added,
        TlvChoice passThrough,
        boolean tlvsInKey,
        boolean unspecified) {
    UpstreamProxyProtocolConfig {
        added = List.copyOf(added);
    }

    static UpstreamProxyProtocolConfig from(ProxyProtocolUpstreamTransport message) {
        ProxyProtocolConfig config = message.getConfig();
        Map<Integer, ByteString> added = new LinkedHashMap<>();
        for (TlvEntry entry : config.getAddedTlvsList()) {
            added.put(entry.getType(), entry.getValue());
        }
        List<Tlv> tlvs = new ArrayList<>();
        added.forEach((type, value) -> tlvs.add(new Tlv(type, value)));
        return new UpstreamProxyProtocolConfig(
                config.getVersion() == Version.V2,
                tlvs,
                config.hasPassThroughTlvs()
                        ? TlvChoice.of(config.getPassThroughTlvs())
                        : TlvChoice.NONE,
                message.getTlvAsPoolKey(),
                message.getAllowUnspecifiedAddress());
    }

    /// The TLVs of a header: those of the host, the added ones, then those of the downstream; of a
    /// type those that come first.
    List<Tlv> tlvs(List<Tlv> ofHost, ProxyProtocolData data) {
        List<Tlv> all = new ArrayList<>(ofHost);
        for (Tlv tlv : added) {
            if (!has(ofHost, tlv.type())) {
                all.add(tlv);
            }
        }
        List<Tlv> own = List.copyOf(all);
        for (Tlv tlv : data.tlvs()) {
            if (!has(own, tlv.type()) && passThrough.passes(tlv.type())) {
                all.add(tlv);
            }
        }
        return all;
    }

    private static boolean has(List<Tlv> tlvs, int type) {
        return tlvs.stream().anyMatch(tlv -> tlv.type() == type);
    }
}
