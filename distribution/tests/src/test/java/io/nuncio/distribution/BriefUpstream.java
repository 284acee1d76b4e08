package io.nuncio.distribution;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/// An upstream for as many requests as there can be: it answers each that has no body with `ok`,
/// and remembers none.
final class BriefUpstream implements AutoCloseable {
    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".getBytes(US_ASCII);
    private static final byte[] END = "\r\n\r\n".getBytes(US_ASCII);

    private final ServerSocket socket;

    BriefUpstream() throws IOException {
        socket = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket connection = socket.accept();
                connection.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void serve(Socket connection) {
        byte[] buffer = new byte[16 * 1024];
        int matched = 0;
        try (connection) {
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                for (int index = 0; index < count; index++) {
                    byte octet = buffer[index];
                    matched = octet == END[matched] ? matched + 1 : octet == END[0] ? 1 : 0;
                    if (matched == END.length) {
                        matched = 0;
                        out.write(ANSWER);
                    }
                }
            }
        } catch (IOException gone) {
            return; // the proxy has closed
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
