package io.nuncio.kernel.http2;

import io.nuncio.kernel.http2.hpack.HeaderBlock;
import io.nuncio.kernel.http2.hpack.HpackEncoder;
import io.nuncio.spi.HeaderMap;

/// Compresses the headers of a connection, and writes them as frames.
final class HeaderWriter {
    private final HpackEncoder encoder;
    private final HeaderBlock block;

    HeaderWriter(Http2Settings settings, WorkerMemory memory) {
        encoder = new HpackEncoder((int) Math.min(settings.hpackTableSize(), Integer.MAX_VALUE));
        block = memory.block();
    }

    /// The peer's `SETTINGS_HEADER_TABLE_SIZE`.
    void peerTableSize(long size) {
        encoder.peerTableSize(size);
    }

    /// @return how many bytes were written, those of the frames among them
    int write(FrameWriter writer, int stream, HeaderMap headers, boolean endStream) {
        encoder.start(block);
        for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
            encoder.add(block, headers, entry);
        }
        return writer.headers(stream, endStream, block.bytes(), block.length());
    }
}
