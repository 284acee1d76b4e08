package io.nuncio.testkit.conformance;

import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;

/// The connection as the filter under test has it.
final class WatchedConnection implements Connection {
    private final Connection connection;
    private final CallbackWatch watch;

    WatchedConnection(Connection connection, CallbackWatch watch) {
        this.connection = connection;
        this.watch = watch;
    }

    private Connection used(String method) {
        watch.used("Connection." + method);
        return connection;
    }

    @Override
    public ConnectionInfo info() {
        return used("info").info();
    }

    @Override
    public StreamInfo streamInfo() {
        return used("streamInfo").streamInfo();
    }

    @Override
    public @Nullable Object filterState(String key) {
        return used("filterState").filterState(key);
    }

    @Override
    public Worker worker() {
        return connection.worker();
    }

    @Override
    public State state() {
        return used("state").state();
    }

    @Override
    public void write(Buffer data, boolean endStream) {
        used("write").write(data, endStream);
    }

    @Override
    public boolean startSecureTransport() {
        return used("startSecureTransport").startSecureTransport();
    }

    @Override
    public void close(Close how, String reason) {
        used("close").close(how, reason);
    }

    @Override
    public void readDisable(boolean disable) {
        used("readDisable").readDisable(disable);
    }

    @Override
    public long unsentBytes() {
        return used("unsentBytes").unsentBytes();
    }

    @Override
    public boolean aboveHighWatermark() {
        return used("aboveHighWatermark").aboveHighWatermark();
    }

    @Override
    public int bufferLimit() {
        return used("bufferLimit").bufferLimit();
    }

    @Override
    public void bufferLimit(int bytes) {
        used("bufferLimit").bufferLimit(bytes);
    }

    @Override
    public void halfClose(boolean enabled) {
        used("halfClose").halfClose(enabled);
    }

    @Override
    public void delayedCloseTimeout(long nanos) {
        used("delayedCloseTimeout").delayedCloseTimeout(nanos);
    }

    @Override
    public void addCallbacks(Callbacks callbacks) {
        used("addCallbacks").addCallbacks(callbacks);
    }

    @Override
    public void removeCallbacks(Callbacks callbacks) {
        used("removeCallbacks").removeCallbacks(callbacks);
    }
}
