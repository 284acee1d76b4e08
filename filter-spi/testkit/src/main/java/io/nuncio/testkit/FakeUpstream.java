package io.nuncio.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ServerSocketFactory;

/// An HTTP/1 upstream on a loopback port of its own, which answers as it is told and records every
/// byte that it gets.
public final class FakeUpstream implements AutoCloseable {
    /// Serves one connection; when it returns or throws, the connection is closed.
    @FunctionalInterface
    public interface Script {
        void serve(Peer peer) throws IOException;
    }

    /// One connection, as a script sees it.
    public final class Peer {
        private final Socket socket;
        private final MessageReader reader;
        private final OutputStream out;

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.reader =
                    new MessageReader(
                            new BufferedInputStream(new Recorder(socket.getInputStream())));
            this.out = socket.getOutputStream();
        }

        /// Reads and records the next request.
        ///
        /// @throws java.io.EOFException if the proxy closes instead
        public HttpMessage readRequest() throws IOException {
            HttpMessage request = reader.readRequest();
            requests.add(request);
            return request;
        }

        /// Sends text as ISO-8859-1, as it is.
        public void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        public void send(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        /// Sends `200` and the body.
        public void answer(String body) throws IOException {
            send("HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
        }

        /// Closes with a TCP reset.
        public void abort() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /// Blocks until the proxy closes the connection.
        public void awaitClose() throws IOException {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        }

        public Socket socket() {
            return socket;
        }
    }

    private final class Recorder extends FilterInputStream {
        Recorder(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = super.read(target, offset, length);
            if (count > 0) {
                synchronized (received) {
                    received.write(target, offset, count);
                }
            }
            return count;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }
    }

    private final ServerSocket server;
    private final Script script;
    private final BlockingQueue<HttpMessage> requests = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private FakeUpstream(Script script, ServerSocketFactory sockets) throws IOException {
        this.script = script;
        this.server = sockets.createServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("fake-upstream").start(this::accept);
    }

    /// Runs the script on each connection, each on a thread of its own.
    public static FakeUpstream start(Script script) {
        try {
            return new FakeUpstream(script, ServerSocketFactory.getDefault());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same over TLS; the handshake is done when the script first reads or writes, or asks for
    /// the session.
    public static FakeUpstream startTls(TestTls own, Script script) {
        try {
            return new FakeUpstream(script, own.context().getServerSocketFactory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Answers every request with `200` and the body, on kept-alive connections.
    public static FakeUpstream answering(String body) {
        return answeringRaw(
                "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
    }

    /// Answers every request with exactly these bytes, on kept-alive connections.
    public static FakeUpstream answeringRaw(String response) {
        return start(peer -> {
            while (true) {
                peer.readRequest();
                peer.send(response);
            }
        });
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                sockets.add(socket);
                Thread.ofVirtual().name("fake-upstream-connection").start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            script.serve(new Peer(socket));
        } catch (IOException ended) {
            // The proxy closed the connection, which is how most scripts end.
            return;
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    public int port() {
        return server.getLocalPort();
    }

    /// The next request that was read and not yet taken; waits for it.
    public HttpMessage takeRequest() {
        try {
            HttpMessage request = requests.poll(RawClient.TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            if (request == null) {
                throw new AssertionError(
                        "no request came within " + RawClient.TIMEOUT_MILLIS + " ms");
            }
            return request;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// How many requests were read and not yet taken.
    public int waitingRequests() {
        return requests.size();
    }

    /// Every byte that came, over all connections.
    public byte[] received() {
        synchronized (received) {
            return received.toByteArray();
        }
    }

    /// How many connections were accepted.
    public int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
