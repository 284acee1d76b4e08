package io.nuncio.kernel.http;

import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/// The values that the filters of one chain keep per connection: each loop knows those of its own
/// connections. They end with the connection, or with the chain as far as no stream of the
/// connection uses it any more.
final class ConnectionValues {
    private final UseCount streams;
    private final Logger logger;
    private final @Nullable Map<Connection, ConnectionScope>[] byLoop; // made when first used

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of maps
    ConnectionValues(UseCount streams, Logger logger) {
        this.streams = streams;
        this.logger = logger;
        this.byLoop = new Map[streams.loops()];
        streams.onRetire(this::endAll);
    }

    private void endAll(int loop) {
        Map<Connection, ConnectionScope> known = byLoop[loop];
        if (known != null) {
            List.copyOf(known.values()).forEach(ConnectionScope::end);
        }
    }

    /// The values of a connection, or of one stream if it has none; the stream leaves them when it
    /// ends. Thread: the worker.
    ConnectionScope enter(Worker worker, @Nullable Connection connection) {
        ConnectionScope scope = scope(worker, connection);
        scope.enter();
        return scope;
    }

    private ConnectionScope scope(Worker worker, @Nullable Connection connection) {
        int loop = streams.indexOf(worker);
        if (connection == null
                || connection.state() == Connection.State.CLOSED
                || streams.retiredOn(loop)) {
            return ConnectionScope.ofOneStream(logger);
        }
        Map<Connection, ConnectionScope> known = connections(loop);
        ConnectionScope scope = known.get(connection);
        if (scope == null) {
            scope = ConnectionScope.of(connection, () -> known.remove(connection), logger);
            known.put(connection, scope);
        }
        return scope;
    }

    private Map<Connection, ConnectionScope> connections(int loop) {
        Map<Connection, ConnectionScope> known = byLoop[loop];
        if (known == null) {
            known = new IdentityHashMap<>();
            byLoop[loop] = known;
        }
        return known;
    }
}
