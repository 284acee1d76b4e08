package io.nuncio.kernel.http;

import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// The values that filters keep for one connection. Thread: the connection's worker.
final class ConnectionScope implements Connection.Callbacks {
    private final @Nullable Connection connection;
    private final Runnable forget;
    private final Logger logger;
    private final List<Value> values = new ArrayList<>(1);
    private int streams; // that have asked and not ended
    private boolean over;

    private record Value(FilterSlot slot, Object object) {}

    private ConnectionScope(@Nullable Connection connection, Runnable forget, Logger logger) {
        this.connection = connection;
        this.forget = forget;
        this.logger = logger;
    }

    /// @param forget run when no further stream may find it
    static ConnectionScope of(Connection connection, Runnable forget, Logger logger) {
        var scope = new ConnectionScope(connection, forget, logger);
        connection.addCallbacks(scope);
        return scope;
    }

    /// For a stream that shares it with nobody.
    static ConnectionScope ofOneStream(Logger logger) {
        var scope = new ConnectionScope(null, () -> {}, logger);
        scope.over = true;
        return scope;
    }

    /// A stream takes part.
    void enter() {
        streams++;
    }

    /// The stream has ended.
    void leave() {
        streams--;
        closeIfUnused();
    }

    @SuppressWarnings("unchecked") // a filter makes values of one type
    <T> T value(FilterSlot slot, Supplier<T> maker) {
        for (Value value : values) {
            if (value.slot() == slot) {
                return (T) value.object();
            }
        }
        T made = maker.get();
        values.add(new Value(slot, made));
        return made;
    }

    @Override
    public void onEvent(ConnectionEvent event) {
        if (event != ConnectionEvent.CONNECTED) {
            end();
        }
    }

    /// No more streams come.
    void end() {
        if (over) {
            return;
        }
        over = true;
        forget.run();
        if (connection != null) {
            connection.removeCallbacks(this);
        }
        closeIfUnused();
    }

    private void closeIfUnused() {
        if (over && streams == 0) {
            values.reversed().forEach(this::close);
            values.clear();
        }
    }

    private void close(Value value) {
        if (value.object() instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Throwable bug) {
                value.slot().failed().increment();
                value.slot().failures().onFailure(bug);
                logger.warn("closing a connection's value of {} failed", value.slot().name(), bug);
            }
        }
    }
}
