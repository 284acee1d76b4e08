package io.nuncio.kernel.http2;

import io.nuncio.kernel.http2.hpack.HeaderBlock;

/// What the connections of a worker use in turns, each for the time of a frame.
final class WorkerMemory {
    private final byte[] frame = new byte[FrameReader.MAX_FRAME];
    private final HeaderBlock block = new HeaderBlock();

    /// Room for the payload of a frame that is read.
    byte[] frame() {
        return frame;
    }

    /// Room for a header block that is written.
    HeaderBlock block() {
        return block;
    }
}
