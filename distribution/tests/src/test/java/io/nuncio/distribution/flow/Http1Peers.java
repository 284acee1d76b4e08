package io.nuncio.distribution.flow;

import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Both ends in HTTP/1.1.
final class Http1Peers {
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

    private Http1Peers() {}

    /// A connection per exchange.
    static FlowClient client(Path proxy) {
        var sockets = new Sockets();
        return new FlowClient() {
            @Override
            public FlowExchange open(long requestBytes) throws IOException {
                SocketChannel socket = sockets.connect(proxy);
                String head =
                        "POST / HTTP/1.1\r\nhost: flow\r\ncontent-length: "
                                + requestBytes
                                + "\r\n\r\n";
                var exchange = new Exchange(socket, Sockets.in(socket), head);
                exchange.out();
                return exchange;
            }

            @Override
            public void close() {
                sockets.close();
            }
        };
    }

    /// @param responseBytes the length of each response's body
    static FlowUpstream upstream(Path address, long responseBytes, FlowUpstream.Handler handler)
            throws IOException {
        var sockets = new Sockets();
        String head = "HTTP/1.1 200 OK\r\ncontent-length: " + responseBytes + "\r\n\r\n";
        sockets.listen(address, socket -> serve(socket, head, handler));
        return sockets::close;
    }

    /// One exchange after the other, until the proxy closes.
    private static void serve(SocketChannel socket, String head, FlowUpstream.Handler handler)
            throws IOException {
        InputStream in = Sockets.in(socket);
        while (true) {
            var exchange = new Exchange(socket, in, head);
            exchange.in();
            handler.serve(exchange);
            exchange.out();
        }
    }

    private static final class Exchange implements FlowExchange {
        private final SocketChannel socket;
        private final String head;
        private final InputStream raw;
        private @Nullable InputStream in;
        private boolean headSent;

        Exchange(SocketChannel socket, InputStream raw, String head) {
            this.socket = socket;
            this.raw = raw;
            this.head = head;
        }

        @Override
        public InputStream in() throws IOException {
            InputStream body = in;
            if (body == null) {
                body = new Body(raw, contentLength());
                in = body;
            }
            return body;
        }

        private long contentLength() throws IOException {
            var text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0) {
                int next = raw.read();
                if (next < 0) {
                    throw new EOFException("closed after: " + text);
                }
                text.append((char) next);
            }
            Matcher length = LENGTH.matcher(text);
            if (!text.toString().matches("(?s)(POST / HTTP|HTTP/1.1 200 ).*") || !length.find()) {
                throw new IOException("expected a POST or 200 with a content-length: " + text);
            }
            return Long.parseLong(length.group(1));
        }

        @Override
        public OutputStream out() throws IOException {
            OutputStream out = Channels.newOutputStream(socket);
            if (!headSent) {
                headSent = true;
                out.write(head.getBytes(StandardCharsets.ISO_8859_1));
            }
            return out;
        }

        @Override
        public void close() {
            Sockets.close(socket);
        }
    }

    /// So many bytes of a connection.
    private static final class Body extends InputStream {
        private final InputStream source;
        private long left;

        Body(InputStream source, long length) {
            this.source = source;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = source.read(target, offset, (int) Math.min(left, length));
            if (count < 0) {
                throw new EOFException(left + " bytes are missing");
            }
            left -= count;
            return count;
        }
    }
}
