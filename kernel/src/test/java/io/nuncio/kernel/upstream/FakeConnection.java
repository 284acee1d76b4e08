package io.nuncio.kernel.upstream;

import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// An upstream connection whose other side is the test.
final class FakeConnection implements Connection, ConnectionInfo {
    final ConnectOptions options;
    FakeCodec codec;
    FakeHttp2Codec http2;
    @Nullable String applicationProtocol;
    private final Worker worker;
    private final StreamFacts facts;
    private final Address address;
    private final NetworkFilter handler;
    private State state = State.CONNECTING;
    private @Nullable String failure;

    FakeConnection(Worker worker, Address address, ConnectOptions options, NetworkFilter handler) {
        this.worker = worker;
        this.facts = new StreamFacts(worker, (ConnectionInfo) this);
        this.address = address;
        this.options = options;
        this.handler = handler;
    }

    void connected() {
        state = State.OPEN;
        handler.onEvent(ConnectionEvent.CONNECTED);
    }

    void refused() {
        failure = "connection refused";
        remoteClose();
    }

    void remoteClose() {
        state = State.CLOSED;
        handler.onEvent(ConnectionEvent.REMOTE_CLOSE);
    }

    void receive(String bytes) {
        handler.onData(Buffer.copyOf(bytes), false);
    }

    void backedUp(boolean above) {
        if (above) {
            handler.onAboveWriteBufferHighWatermark();
        } else {
            handler.onBelowWriteBufferLowWatermark();
        }
    }

    boolean closed() {
        return state == State.CLOSED;
    }

    @Override
    public ConnectionInfo info() {
        return this;
    }

    @Override
    public StreamInfo streamInfo() {
        return facts;
    }

    @Override
    public Worker worker() {
        return worker;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        data.clear();
    }

    @Override
    public void close(Close how, String reason) {
        if (state != State.CLOSED) {
            state = State.CLOSED;
            handler.onEvent(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    @Override
    public void readDisable(boolean disable) {}

    @Override
    public long unsentBytes() {
        return 0;
    }

    @Override
    public boolean aboveHighWatermark() {
        return false;
    }

    @Override
    public int bufferLimit() {
        return options.bufferLimit();
    }

    @Override
    public void bufferLimit(int bytes) {}

    @Override
    public void halfClose(boolean enabled) {}

    @Override
    public void delayedCloseTimeout(long nanos) {}

    @Override
    public void addCallbacks(Callbacks callbacks) {}

    @Override
    public void removeCallbacks(Callbacks callbacks) {}

    @Override
    public long id() {
        return 1;
    }

    @Override
    public Address localAddress() {
        return address;
    }

    @Override
    public Address directLocalAddress() {
        return address;
    }

    @Override
    public Address remoteAddress() {
        return address;
    }

    @Override
    public Address directRemoteAddress() {
        return address;
    }

    @Override
    public void remoteAddress(Address changed) {}

    @Override
    public void localAddress(Address changed) {}

    @Override
    public @Nullable String requestedServerName() {
        return null;
    }

    @Override
    public @Nullable String applicationProtocol() {
        return applicationProtocol;
    }

    @Override
    public @Nullable TlsInfo tls() {
        return null;
    }

    @Override
    public String filterChainName() {
        return "";
    }

    @Override
    public @Nullable String transportFailureReason() {
        return failure;
    }

    @Override
    public @Nullable String localCloseReason() {
        return null;
    }
}
