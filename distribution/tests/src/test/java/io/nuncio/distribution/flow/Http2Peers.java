package io.nuncio.distribution.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// Both ends in HTTP/2: all exchanges of a client are streams of one connection.
final class Http2Peers {
    private Http2Peers() {}

    static FlowClient client(Path proxy) throws IOException {
        var sockets = new Sockets();
        Http2Link link = Http2Link.connect(sockets.connect(proxy));
        return new FlowClient() {
            @Override
            public FlowExchange open(long requestBytes) throws IOException {
                return new Request(
                        link.open(
                                requestBytes,
                                ":method: POST",
                                ":scheme: http",
                                ":authority: flow",
                                ":path: /",
                                "content-length: " + requestBytes));
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
        sockets.listen(address, socket -> serve(socket, responseBytes, handler));
        return sockets::close;
    }

    private static void serve(SocketChannel socket, long length, FlowUpstream.Handler handler)
            throws IOException {
        var link =
                new Http2Link(
                        socket,
                        stream ->
                                Thread.startVirtualThread(
                                        () -> serve(new Response(stream, length), handler)));
        link.serve();
    }

    private static void serve(Response exchange, FlowUpstream.Handler handler) {
        try {
            handler.serve(exchange);
            exchange.out();
        } catch (IOException ended) {
            exchange.close();
        }
    }

    private record Request(Http2LinkStream stream) implements FlowExchange {
        @Override
        public InputStream in() throws IOException {
            stream.awaitOk();
            return stream.in();
        }

        @Override
        public OutputStream out() {
            return stream.out();
        }

        @Override
        public void close() {
            stream.close();
        }
    }

    private static final class Response implements FlowExchange {
        private final Http2LinkStream stream;
        private final long length;
        private boolean headSent;

        Response(Http2LinkStream stream, long length) {
            this.stream = stream;
            this.length = length;
        }

        @Override
        public InputStream in() {
            return stream.in();
        }

        @Override
        public OutputStream out() throws IOException {
            if (!headSent) {
                headSent = true;
                stream.sendHeaders(length, ":status: 200", "content-length: " + length);
            }
            return stream.out();
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
