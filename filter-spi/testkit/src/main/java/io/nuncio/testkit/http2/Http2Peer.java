package io.nuncio.testkit.http2;

import io.nuncio.kernel.http2.hpack.HpackDecoder;
import io.nuncio.spi.Trailers;

import org.jspecify.annotations.Nullable;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// One side of an HTTP/2 connection, which sends exactly what it is told and records what comes. By
/// itself it only acknowledges SETTINGS and answers PING, unless it is [#mute].
///
/// What waits ends within [#TIMEOUT_MILLIS], and looks at all that has come so far, in whatever
/// order it is asked.
public final class Http2Peer implements AutoCloseable {
    /// How long one call waits, in milliseconds.
    public static final int TIMEOUT_MILLIS = 10_000;

    private static final int MOST_HEADERS = 1 << 20;

    private final Socket socket;
    private final boolean server;
    private final HpackDecoder decoder = new HpackDecoder(MOST_HEADERS, MOST_HEADERS);

    // Guarded by this.
    private final List<Frame> frames = new ArrayList<>();
    private final Map<Integer, MessageBuilder> messages = new HashMap<>();
    private final List<Integer> untaken = new ArrayList<>();
    private byte[] block = {};
    private boolean blockEnds;
    private boolean mute;
    private boolean closed;
    private boolean begun; // nothing may go before our SETTINGS
    private boolean reading = true;
    private @Nullable String failure;

    private Http2Peer(Socket socket, boolean server) throws IOException {
        this.socket = socket;
        this.server = server;
        socket.setTcpNoDelay(true);
    }

    /// A client; nothing is sent yet.
    public static Http2Peer connect(InetSocketAddress address) {
        try {
            Socket socket = new Socket();
            socket.connect(address, TIMEOUT_MILLIS);
            var peer = new Http2Peer(socket, false);
            peer.startReading();
            return peer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A server, which reads the preface; nothing is sent yet.
    static Http2Peer accepted(Socket socket) throws IOException {
        var peer = new Http2Peer(socket, true);
        peer.startReading();
        return peer;
    }

    private void startReading() {
        Thread.ofVirtual().name("http2-peer").start(this::read);
    }

    /// Sends what a connection begins with: the preface, if this is a client, and SETTINGS.
    ///
    /// @param settings pairs of an identifier and a value
    public Http2Peer begin(int... settings) {
        byte[] first = Frame.settings(settings).bytes();
        send(server ? first : Frame.join(Frame.PREFACE, first));
        synchronized (this) {
            begun = true;
            notifyAll();
        }
        return this;
    }

    /// Acknowledges and answers nothing from now on.
    public synchronized Http2Peer mute() {
        mute = true;
        notifyAll();
        return this;
    }

    /// Reads nothing from now on, until the frame being read is complete at the latest.
    public synchronized Http2Peer stopReading() {
        reading = false;
        return this;
    }

    /// Reads again after [#stopReading].
    public synchronized Http2Peer readOn() {
        reading = true;
        notifyAll();
        return this;
    }

    // Sending.

    public Http2Peer send(Frame... some) {
        byte[][] all = new byte[some.length][];
        for (int index = 0; index < some.length; index++) {
            all[index] = some[index].bytes();
        }
        return send(Frame.join(all));
    }

    public Http2Peer send(byte[] bytes) {
        try {
            write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends as much as the other side takes; one that closes early is no failure.
    public Http2Peer sendWhatItTakes(byte[] bytes) {
        trySend(bytes);
        return this;
    }

    /// @return false if the other side has closed
    public boolean trySend(byte[] bytes) {
        try {
            write(bytes);
            return true;
        } catch (IOException closedEarly) {
            return false;
        }
    }

    /// Sends each byte by itself.
    public Http2Peer sendBytewise(byte[] bytes) {
        for (byte octet : bytes) {
            sendWhatItTakes(new byte[] {octet});
        }
        return this;
    }

    private void write(byte[] bytes) throws IOException {
        synchronized (socket) {
            socket.getOutputStream().write(bytes);
        }
    }

    /// Ends the output; what comes is still read.
    public Http2Peer halfClose() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Closes with a TCP reset.
    public void abort() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // Receiving.

    private void read() {
        try {
            var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            if (server) {
                readPreface(in);
            }
            while (true) {
                awaitReading();
                onFrame(readFrame(in));
            }
        } catch (IOException ended) {
            end(ended instanceof EOFException ? null : ended.toString());
        }
    }

    private static void readPreface(DataInputStream in) throws IOException {
        byte[] preface = new byte[Frame.PREFACE.length];
        in.readFully(preface);
        if (!Arrays.equals(preface, Frame.PREFACE)) {
            throw new IOException("no preface");
        }
    }

    private static Frame readFrame(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[length];
        in.readFully(payload);
        return new Frame(length, type, flags, stream, payload);
    }

    private synchronized void awaitReading() throws IOException {
        try {
            while (!reading) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private synchronized boolean awaitBegun() throws IOException {
        try {
            while (server && !begun && !mute && !socket.isClosed()) {
                wait(TIMEOUT_MILLIS);
            }
            return !mute;
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private synchronized void end(@Nullable String reason) {
        closed = true;
        failure = reason;
        notifyAll();
    }

    private void onFrame(Frame frame) throws IOException {
        boolean answers;
        synchronized (this) {
            frames.add(frame);
            record(frame);
            answers = !mute && !frame.has(Frame.ACK);
            notifyAll();
        }
        if (!answers) {
            return;
        }
        if (frame.type() == Frame.SETTINGS) {
            if (awaitBegun()) {
                sendWhatItTakes(Frame.settingsAck().bytes());
            }
        } else if (frame.type() == Frame.PING) {
            sendWhatItTakes(Frame.of(Frame.PING, Frame.ACK, 0, frame.payload()).bytes());
        }
    }

    private void record(Frame frame) throws IOException {
        switch (frame.type()) {
            case Frame.HEADERS -> {
                blockEnds = frame.has(Frame.END_STREAM);
                block = frame.payload();
                onBlockPart(frame);
            }
            case Frame.CONTINUATION -> {
                block = Frame.join(block, frame.payload());
                onBlockPart(frame);
            }
            case Frame.DATA -> {
                MessageBuilder message = message(frame.stream());
                message.onData(frame.payload());
                endIf(frame.has(Frame.END_STREAM), message, frame.stream());
            }
            case Frame.RST_STREAM -> message(frame.stream()).onReset(frame.error());
            default -> {}
        }
    }

    private void onBlockPart(Frame frame) throws IOException {
        if (!frame.has(Frame.END_HEADERS)) {
            return;
        }
        var fields = new ArrayList<String>();
        decoder.start(block, 0, block.length, new Trailers());
        while (decoder.next()) {
            fields.add(
                    text(decoder.nameStart(), decoder.nameLength())
                            + ": "
                            + text(decoder.valueStart(), decoder.valueLength()));
        }
        if (decoder.error() != null) {
            throw new IOException("a header block cannot be decoded: " + decoder.error());
        }
        MessageBuilder message = message(frame.stream());
        message.onBlock(List.copyOf(fields));
        endIf(blockEnds, message, frame.stream());
    }

    private String text(int start, int length) {
        return new String(decoder.bytes(), start, length, StandardCharsets.ISO_8859_1);
    }

    private MessageBuilder message(int stream) {
        return messages.computeIfAbsent(stream, MessageBuilder::new);
    }

    private void endIf(boolean ends, MessageBuilder message, int stream) {
        if (ends) {
            message.onEnd();
            untaken.add(stream);
        }
    }

    // What came.

    private synchronized void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
        while (!condition.getAsBoolean()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (closed || left <= 0) {
                throw new AssertionError(
                        "expected " + what + (closed ? "; closed" : "") + "; came: " + frames);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /// All frames so far.
    public synchronized List<Frame> frames() {
        return List.copyOf(frames);
    }

    private synchronized @Nullable Frame find(Predicate<Frame> condition) {
        return frames.stream().filter(condition).findFirst().orElse(null);
    }

    /// The first frame that is so.
    public synchronized Frame await(String what, Predicate<Frame> condition) {
        await(what, () -> find(condition) != null);
        Frame found = find(condition);
        if (found == null) {
            throw new IllegalStateException(what);
        }
        return found;
    }

    public Frame awaitGoAway() {
        return await("GOAWAY", frame -> frame.type() == Frame.GOAWAY);
    }

    /// The error that a stream is reset with.
    public String awaitReset(int stream) {
        return await(
                        "RST_STREAM of stream " + stream,
                        frame -> frame.type() == Frame.RST_STREAM && frame.stream() == stream)
                .error();
    }

    /// The other side has acknowledged our first SETTINGS.
    public Http2Peer awaitSettingsAck() {
        return awaitSettingsAcks(1);
    }

    /// The other side has acknowledged so many SETTINGS of ours, the first ones included.
    public synchronized Http2Peer awaitSettingsAcks(int count) {
        await(
                count + " acknowledgements of SETTINGS",
                () ->
                        frames.stream()
                                        .filter(frame ->
                                                frame.type() == Frame.SETTINGS
                                                        && frame.has(Frame.ACK))
                                        .count()
                                >= count);
        return this;
    }

    /// Sends a PING and waits for its answer: whatever was sent before has been read.
    public Http2Peer awaitPong(long data) {
        send(Frame.ping(data));
        await(
                "an answer to PING",
                frame ->
                        frame.type() == Frame.PING
                                && frame.has(Frame.ACK)
                                && Arrays.equals(frame.payload(), Frame.ping(data).payload()));
        return this;
    }

    /// The message on a stream, once it is complete or reset.
    public synchronized Http2Message awaitMessage(int stream) {
        await("a message on stream " + stream, () -> message(stream).over());
        return message(stream).message();
    }

    /// The message on a stream, once its headers are there.
    public synchronized Http2Message awaitHeaders(int stream) {
        await("headers on stream " + stream, () -> message(stream).hasHeaders());
        return message(stream).message();
    }

    /// The message on a stream, once so much content is there.
    public synchronized Http2Message awaitBody(int stream, int length) {
        await(length + " bytes on stream " + stream, () -> message(stream).bodyLength() >= length);
        return message(stream).message();
    }

    /// What has come on a stream.
    public synchronized Http2Message messageSoFar(int stream) {
        return message(stream).message();
    }

    /// The next complete message that was not taken yet.
    public synchronized Http2Message takeMessage() {
        await("a message", () -> !untaken.isEmpty());
        return message(untaken.removeFirst()).message();
    }

    /// True if a complete message is there, and false if the connection ends before.
    synchronized boolean awaitMessageOrClose() {
        try {
            while (!closed && untaken.isEmpty()) {
                wait();
            }
            return !untaken.isEmpty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Waits until the other side closes; an abortive close is one, too.
    public synchronized void awaitClose() {
        long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
        while (!closed) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("expected the connection to close; came: " + frames);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /// True if the connection is closed; it was not the end of the stream of bytes if [#failure]
    /// says more.
    public synchronized boolean closed() {
        return closed;
    }

    /// What ended the connection other than its end; null if nothing has.
    public synchronized @Nullable String failure() {
        return failure;
    }

    public Socket socket() {
        return socket;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
