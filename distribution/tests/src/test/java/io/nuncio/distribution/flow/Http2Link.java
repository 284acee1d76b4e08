package io.nuncio.distribution.flow;

import io.nuncio.testkit.http2.Frame;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// One end of a connection in HTTP/2, with many streams of zeros: what comes is only counted. Each
/// stream has a window of its own; the connection's is so large that no stream waits for another.
final class Http2Link {
    /// Of each stream, in both directions, if the other end does not say otherwise.
    static final int WINDOW = 65_535;

    private static final int INITIAL_WINDOW = 4; // the parameter of SETTINGS
    private static final int MAX_FRAME = 16_384;

    private final SocketChannel socket;
    private final Map<Integer, Http2LinkStream> streams = new HashMap<>();
    private final Consumer<Http2LinkStream> accept;
    private long sendWindow = WINDOW;
    private int initialWindow = WINDOW;
    private int nextStream = 1;
    private boolean closed;

    /// @param accept for each stream that the other end begins
    Http2Link(SocketChannel socket, Consumer<Http2LinkStream> accept) {
        this.socket = socket;
        this.accept = accept;
    }

    /// Begins as a client; what comes is read on another thread.
    static Http2Link connect(SocketChannel socket) throws IOException {
        var link = new Http2Link(socket, _ -> {});
        link.write(Frame.PREFACE);
        link.start();
        Thread.startVirtualThread(() -> {
            try {
                link.read(new DataInputStream(Sockets.in(socket)));
            } catch (IOException ended) {
                link.end();
            }
        });
        return link;
    }

    /// Serves as a server, until the other end closes.
    void serve() throws IOException {
        var in = new DataInputStream(Sockets.in(socket));
        in.skipNBytes(Frame.PREFACE.length);
        start();
        try {
            read(in);
        } finally {
            end();
        }
    }

    private void start() throws IOException {
        write(
                Frame.join(
                        Frame.settings().bytes(),
                        Frame.windowUpdate(0, Integer.MAX_VALUE - WINDOW).bytes()));
    }

    // Sending.

    /// Begins a stream.
    ///
    /// @param length of the content that follows
    synchronized Http2LinkStream open(long length, String... fields) throws IOException {
        var stream = new Http2LinkStream(this, nextStream, initialWindow);
        streams.put(nextStream, stream);
        nextStream += 2;
        stream.sendHeaders(length, fields);
        return stream;
    }

    void write(byte[] bytes) throws IOException {
        synchronized (socket) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                socket.write(buffer);
            }
        }
    }

    /// Waits until the windows allow to send something.
    ///
    /// @return how much of it
    synchronized int takeWindow(Http2LinkStream stream, int length) throws IOException {
        while (!closed && !stream.reset && Math.min(sendWindow, stream.sendWindow) <= 0) {
            await();
        }
        if (closed || stream.reset) {
            throw new IOException("the stream is over");
        }
        int count =
                (int)
                        Math.min(
                                Math.min(length, MAX_FRAME),
                                Math.min(sendWindow, stream.sendWindow));
        sendWindow -= count;
        stream.sendWindow -= count;
        return count;
    }

    // Receiving.

    private void read(DataInputStream in) throws IOException {
        while (true) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int id = in.readInt();
            if (type == Frame.DATA) {
                in.skipNBytes(length);
                onData(id, length, (flags & Frame.END_STREAM) != 0);
            } else {
                onFrame(new Frame(length, type, flags, id, in.readNBytes(length)));
            }
        }
    }

    private synchronized void onData(int id, int length, boolean ends) {
        Http2LinkStream stream = streams.get(id);
        if (stream != null) {
            stream.received += length;
            stream.ended |= ends;
            notifyAll();
        }
    }

    private void onFrame(Frame frame) throws IOException {
        switch (frame.type()) {
            case Frame.HEADERS -> onHeaders(frame);
            case Frame.SETTINGS -> {
                if (!frame.has(Frame.ACK)) {
                    onSettings(frame);
                    write(Frame.settingsAck().bytes());
                }
            }
            case Frame.PING -> {
                if (!frame.has(Frame.ACK)) {
                    write(Frame.of(Frame.PING, Frame.ACK, 0, frame.payload()).bytes());
                }
            }
            case Frame.WINDOW_UPDATE -> onWindowUpdate(frame.stream(), frame.numberAt(0));
            case Frame.RST_STREAM -> onReset(frame.stream());
            case Frame.GOAWAY -> throw new IOException(frame.toString());
            default -> {}
        }
    }

    private synchronized void onHeaders(Frame frame) {
        Http2LinkStream stream = streams.get(frame.stream());
        boolean begins = stream == null;
        if (begins) {
            stream = new Http2LinkStream(this, frame.stream(), initialWindow);
            streams.put(frame.stream(), stream);
        }
        stream.headers = frame.payload();
        stream.ended |= frame.has(Frame.END_STREAM);
        notifyAll();
        if (begins) {
            accept.accept(stream);
        }
    }

    private synchronized void onSettings(Frame frame) {
        for (int at = 0; at + 6 <= frame.length(); at += 6) {
            if (frame.payload()[at + 1] == INITIAL_WINDOW) {
                int window = frame.numberAt(at + 2);
                streams.values().forEach(stream -> stream.sendWindow += window - initialWindow);
                initialWindow = window;
            }
        }
        notifyAll();
    }

    private synchronized void onWindowUpdate(int id, int increment) {
        if (id == 0) {
            sendWindow += increment;
        } else if (streams.get(id) != null) {
            streams.get(id).sendWindow += increment;
        }
        notifyAll();
    }

    private synchronized void onReset(int id) {
        if (streams.get(id) != null) {
            streams.get(id).reset = true;
        }
        notifyAll();
    }

    private synchronized void end() {
        closed = true;
        notifyAll();
    }

    synchronized boolean closed() {
        return closed;
    }

    /// Waits until something has happened; the caller holds the lock.
    void await() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
