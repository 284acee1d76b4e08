package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Connection;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.StreamInfo;

import java.util.List;

/// What the PROXY protocol tells an upstream besides addresses, as the configuration has it.
final class ProxyProtocolTlvs {
    private ProxyProtocolTlvs() {}

    /// For a socket that tells the upstream of the downstream, unless the downstream has told of
    /// itself.
    static void describe(Connection downstream, List<ProxyProtocolData.Tlv> tlvs) {
        StreamInfo info = downstream.streamInfo();
        if (!tlvs.isEmpty() && info.filterState(ProxyProtocolData.FILTER_STATE) == null) {
            info.filterState(
                    ProxyProtocolData.FILTER_STATE,
                    new ProxyProtocolData(
                            downstream.info().remoteAddress(),
                            downstream.info().localAddress(),
                            tlvs));
        }
    }
}
