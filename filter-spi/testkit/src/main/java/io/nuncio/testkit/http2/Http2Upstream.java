package io.nuncio.testkit.http2;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// An HTTP/2 upstream on a loopback port of its own, which does on each connection what its script
/// says, right or wrong.
public final class Http2Upstream implements AutoCloseable {
    /// Serves one connection, on a thread of its own; when it returns or throws, the connection
    /// stays open.
    @FunctionalInterface
    public interface Script {
        /// @param connection 0 for the first
        void serve(Http2Peer peer, int connection) throws IOException;
    }

    private final ServerSocket server;
    private final Script script;
    private final List<Http2Peer> peers = new CopyOnWriteArrayList<>();

    private Http2Upstream(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("http2-upstream").start(this::accept);
    }

    public static Http2Upstream start(Script script) {
        try {
            return new Http2Upstream(script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Answers every request with `200` and the body.
    public static Http2Upstream answering(String body) {
        return start((peer, _) -> answerAll(peer, body));
    }

    /// Begins the connection, and answers every request from now on with `200` and the body.
    public static void answerAll(Http2Peer peer, String body) {
        peer.begin();
        while (peer.awaitMessageOrClose()) {
            int stream = peer.takeMessage().stream();
            peer.sendWhatItTakes(
                    Frame.join(
                            Frame.headers(stream, ":status: 200").bytes(),
                            Frame.lastData(stream, body).bytes()));
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                int connection = peers.size();
                Http2Peer peer = Http2Peer.accepted(socket);
                peers.add(peer);
                synchronized (this) {
                    notifyAll();
                }
                Thread.ofVirtual().name("http2-upstream-peer").start(() -> serve(peer, connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Http2Peer peer, int connection) {
        try {
            script.serve(peer, connection);
        } catch (IOException | UncheckedIOException | AssertionError ended) {
            // The proxy closed the connection, which is how many scripts end.
            return;
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    public int port() {
        return server.getLocalPort();
    }

    /// All connections so far.
    public List<Http2Peer> connections() {
        return List.copyOf(peers);
    }

    /// A connection, once it is there.
    ///
    /// @param index 0 for the first
    public synchronized Http2Peer awaitConnection(int index) {
        long deadline = System.nanoTime() + Http2Peer.TIMEOUT_MILLIS * 1_000_000L;
        while (peers.size() <= index) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("expected connection " + index);
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
        return peers.get(index);
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Http2Peer peer : peers) {
                peer.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
