package io.nuncio.kernel.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

import java.util.ArrayList;
import java.util.List;

/// What a socket has read, in memory that has to be freed.
final class Inputs {
    private final List<ByteBuf> all = new ArrayList<>();

    ByteBuf pooled(byte[] bytes) {
        ByteBuf buffer = ByteBufAllocator.DEFAULT.ioBuffer(bytes.length).writeBytes(bytes);
        all.add(buffer);
        return buffer;
    }

    /// Nobody holds any of it.
    void assertFreed() {
        assertThat(all).allMatch(buffer -> buffer.refCnt() == 0);
    }
}
