package io.nuncio.testkit;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/// A TCP client that sends exactly the bytes it is given. Every read ends within [#TIMEOUT_MILLIS].
public final class RawClient implements AutoCloseable {
    /// How long a read waits, in milliseconds.
    public static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final MessageReader reader;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.reader = new MessageReader(in);
    }

    public static RawClient connect(InetSocketAddress address) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            return new RawClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Goes on with a socket that is connected.
    public static RawClient over(Socket socket) {
        try {
            return new RawClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends text as ISO-8859-1.
    public RawClient send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public RawClient send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends as much as the peer takes; a peer that closes early is no failure.
    public RawClient sendWhatItTakes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException closedEarly) {
            return this;
        }
        return this;
    }

    public HttpMessage readResponse() {
        return read(false);
    }

    public HttpMessage readResponseToHead() {
        return read(true);
    }

    private HttpMessage read(boolean toHead) {
        try {
            return reader.readResponse(toHead);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends a request and reads its response.
    public HttpMessage exchange(String request) {
        return send(request).readResponse();
    }

    /// Everything until the peer closes.
    public byte[] readToEnd() {
        try {
            return in.readAllBytes();
        } catch (SocketException reset) {
            return new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// True if the peer closes without sending anything more.
    public boolean closedByPeer() {
        try {
            return in.read() < 0;
        } catch (EOFException | SocketException closed) {
            return true;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void halfClose() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public InetSocketAddress localAddress() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
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
