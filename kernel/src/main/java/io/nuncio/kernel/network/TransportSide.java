package io.nuncio.kernel.network;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Host;
import io.nuncio.spi.PassthroughState;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketContext;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

/// The transport socket of a connection whose bytes it changes, with what lies on the wire's side
/// of it, and the connection as the transport socket sees it. A connection in plaintext has none.
/// Thread: the connection's worker.
final class TransportSide implements TransportSocketContext {
    private final SocketConnection connection;
    private final @Nullable String serverName;
    private final @Nullable Host host;
    private final TransportOptions options;
    private final Buffer in = new Buffer();
    private final Buffer out = new Buffer();
    private @Nullable TransportSocket socket;

    private TransportSide(
            SocketConnection connection,
            @Nullable String serverName,
            @Nullable Host host,
            TransportOptions options) {
        this.connection = connection;
        this.serverName = serverName;
        this.host = host;
        this.options = options;
    }

    /// @param serverName what an upstream's TLS should ask for unless `options` say otherwise, null
    ///   for its own choice
    /// @param host the upstream's, null if it is none of a cluster's
    static TransportSide open(
            SocketConnection connection,
            TransportSocketTemplate template,
            @Nullable String serverName,
            @Nullable Host host,
            TransportOptions options) {
        String name = options.serverName() == null ? serverName : options.serverName();
        var side = new TransportSide(connection, name, host, options);
        side.socket = template.create(side);
        return side;
    }

    TransportSocket socket() {
        TransportSocket made = socket;
        if (made == null) {
            throw new IllegalStateException("the transport socket is still being made");
        }
        return made;
    }

    /// What came and the transport socket has not read.
    Buffer in() {
        return in;
    }

    /// What the transport socket has written and the socket has not taken.
    Buffer out() {
        return out;
    }

    /// Why the transport socket has failed, in the peer's or its own words.
    String failureReason() {
        String reason = socket().failureReason();
        return reason == null ? "transport socket failed" : reason;
    }

    /// Begins to encrypt, see [io.nuncio.spi.Connection#startSecureTransport].
    ///
    /// @param read what came in plaintext and no filter took: the handshake's, if it begins
    /// @param unsent what still goes in plaintext
    /// @return false if the transport socket cannot
    boolean startSecure(Buffer read, Buffer unsent) {
        if (socket().tls() == null) {
            socket().write(unsent, out, false);
        }
        if (!socket().startSecureTransport()) {
            return false;
        }
        if (!read.isEmpty()) {
            in.moveTo(read);
            read.moveTo(in);
        }
        return true;
    }

    void clear() {
        in.clear();
        out.clear();
    }

    // What the transport socket sees.

    @Override
    public ConnectionFacts info() {
        return connection.info();
    }

    @Override
    public WorkerLoop worker() {
        return connection.worker();
    }

    @Override
    public @Nullable String serverName() {
        return serverName;
    }

    @Override
    public @Nullable String hostname() {
        return host == null ? null : host.hostname();
    }

    @Override
    public @Nullable Host host() {
        return host;
    }

    @Override
    public void passOn(PassthroughState state) {
        connection.passOn(state);
    }

    @Override
    public TransportOptions options() {
        return options;
    }

    @Override
    public void connected() {
        connection.raiseConnected();
    }

    @Override
    public void flush() {
        connection.writeSoon();
    }

    @Override
    public void readMore() {
        connection.readMore();
    }

    @Override
    public void failed(String reason) {
        connection.transportFailed(reason);
    }

    @Override
    public void post(Runnable task) {
        connection.post(task);
    }
}
