package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Connection;
import io.nuncio.spi.ProxyProtocolData;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.TransportOptions;

import java.util.List;

/// What filters before this one, and the configuration, want of the upstream's transport socket.
final class TransportWishes {
    private TransportWishes() {}

    static TransportOptions of(Connection downstream) {
        return TransportOptions.wished(downstream.streamInfo()).withDownstream(downstream);
    }

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
