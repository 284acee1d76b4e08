package io.nuncio.kernel.network;

import io.nuncio.spi.Gauge;

/// One connection's share of the gauges of buffered bytes. Thread: the connection's worker.
final class BufferedBytes {
    private final Gauge readGauge;
    private final Gauge writtenGauge;
    private long read;
    private long written;

    BufferedBytes(Gauge readGauge, Gauge writtenGauge) {
        this.readGauge = readGauge;
        this.writtenGauge = writtenGauge;
    }

    void read(long bytes) {
        if (bytes != read) {
            readGauge.add(bytes - read);
            read = bytes;
        }
    }

    void written(long bytes) {
        if (bytes != written) {
            writtenGauge.add(bytes - written);
            written = bytes;
        }
    }

    void close() {
        read(0);
        written(0);
    }
}
