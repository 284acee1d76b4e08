package io.nuncio.network.tcpproxy;

import io.nuncio.spi.Worker;

import java.util.UUID;

/// What logs call a connection (`%STREAM_ID%`): a UUID of version 4. It keeps no secret, so the
/// worker's own random numbers do.
final class StreamId {
    private static final long VERSION_MASK = 0xF000L;
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_MASK = 0xC000_0000_0000_0000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    private StreamId() {}

    static String random(Worker worker) {
        return new UUID(
                        worker.random() & ~VERSION_MASK | VERSION_4,
                        worker.random() & ~VARIANT_MASK | VARIANT)
                .toString();
    }
}
