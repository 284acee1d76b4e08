package io.nuncio.distribution.flow;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// One end's sockets. They are Unix sockets: the system keeps little for them, so that what is on
/// its way is in the proxy; for TCP it takes megabytes per connection.
final class Sockets implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final List<Channel> all = new CopyOnWriteArrayList<>();

    /// Serves one connection; the connection ends with it.
    @FunctionalInterface
    interface Server {
        void serve(SocketChannel socket) throws IOException;
    }

    SocketChannel connect(Path address) throws IOException {
        SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(address));
        all.add(socket);
        return socket;
    }

    /// Serves each connection on a thread of its own.
    void listen(Path address, Server server) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        all.add(listener);
        listener.bind(UnixDomainSocketAddress.of(address), BACKLOG);
        Thread.startVirtualThread(() -> accept(listener, server));
    }

    private void accept(ServerSocketChannel listener, Server server) {
        while (listener.isOpen()) {
            try {
                SocketChannel socket = listener.accept();
                all.add(socket);
                Thread.startVirtualThread(() -> serve(socket, server));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(SocketChannel socket, Server server) {
        try (socket) {
            server.serve(socket);
        } catch (IOException ended) {
            // The proxy closed the connection, or the test did.
            return;
        }
    }

    static InputStream in(SocketChannel socket) {
        return new BufferedInputStream(Channels.newInputStream(socket), 4096);
    }

    static void close(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        all.forEach(Sockets::close);
    }
}
