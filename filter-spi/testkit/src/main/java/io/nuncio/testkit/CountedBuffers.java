package io.nuncio.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.internal.Slices;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Makes the pieces of bodies that a test feeds, and knows afterwards which of them nobody freed.
/// Their memory is such that nothing else is ever copied into it.
public final class CountedBuffers {
    private final List<ByteBuf> memory = new ArrayList<>();
    private final List<Buffer> buffers = new ArrayList<>();

    /// A buffer with this text in UTF-8.
    public Buffer of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var buffer = new Buffer();
        if (bytes.length > 0) {
            ByteBuf slice = Unpooled.directBuffer(bytes.length, bytes.length).writeBytes(bytes);
            memory.add(slice);
            Slices.of(buffer).take(slice);
        }
        buffers.add(buffer);
        return buffer;
    }

    /// How many pieces have not been freed.
    public long unfreed() {
        return memory.stream().filter(slice -> slice.refCnt() > 0).count();
    }

    /// How many of the buffers themselves hold something. The stream empties each of them; what is
    /// in one afterwards, somebody wrote who had kept it.
    public long refilled() {
        return buffers.stream().filter(buffer -> !buffer.isEmpty()).count();
    }

    /// Forgets, and frees, what was made so far.
    public void forget() {
        buffers.forEach(Buffer::clear);
        memory.stream().filter(slice -> slice.refCnt() > 0).forEach(s -> s.release(s.refCnt()));
        memory.clear();
        buffers.clear();
    }
}
