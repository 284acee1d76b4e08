package io.nuncio.network.tcpproxy;

import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.StreamInfo;

/// What passed the proxy, for logs: as in Envoy without what TLS adds to it.
record BytesPassed(StreamInfo info) implements ByteCounts {
    @Override
    public long wireBytesReceived() {
        return info.bytesReceived();
    }

    @Override
    public long wireBytesSent() {
        return info.bytesSent();
    }
}
