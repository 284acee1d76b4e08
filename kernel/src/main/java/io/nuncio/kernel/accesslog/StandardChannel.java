package io.nuncio.kernel.accesslog;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// The process's standard output or error; closing it leaves it open for others.
final class StandardChannel implements WritableByteChannel {
    private final FileOutputStream stream;

    StandardChannel(FileOutputStream stream) {
        this.stream = stream;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        int length = source.remaining();
        stream.write(source.array(), source.arrayOffset() + source.position(), length);
        source.position(source.limit());
        return length;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
