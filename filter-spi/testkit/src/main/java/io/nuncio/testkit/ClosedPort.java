package io.nuncio.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;

/// A port of this machine that nobody else gets while it is held, and on which nobody listens: who
/// connects to it is refused. A listener of the proxy may still be bound to it, since both reuse
/// the port.
public final class ClosedPort implements AutoCloseable {
    private final Socket socket = new Socket();

    private ClosedPort(InetAddress address) throws IOException {
        socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        socket.bind(new InetSocketAddress(address, 0));
    }

    /// On the loopback address.
    public static ClosedPort take() {
        return take(InetAddress.getLoopbackAddress());
    }

    public static ClosedPort take(InetAddress address) {
        try {
            return new ClosedPort(address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return socket.getLocalPort();
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
