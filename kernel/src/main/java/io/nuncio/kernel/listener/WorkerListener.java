package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.AcceptedChannel;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One worker's part of a listener: takes accepted sockets to connections and keeps the list of
/// them. Thread: the worker, for every method but the constructor.
final class WorkerListener implements ListenSocket.Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    private final WorkerLoop worker;
    private volatile CompiledListener listener; // set on the main thread
    private final DrainDecision drain;
    private final ListenerStats stats;
    private final ListenerStats.PerWorker workerStats;
    private final Timer drainTimer;
    private long drainStepNanos;
    private @Nullable ActiveConnection first;
    private int connections;
    private int accepting;
    private boolean closed;
    private @Nullable Runnable whenEmpty;

    WorkerListener(WorkerLoop worker, CompiledListener listener, DrainDecision drain) {
        this.worker = worker;
        this.listener = listener;
        this.drain = drain;
        stats = listener.stats();
        workerStats = ListenerStats.PerWorker.in(listener.listenerScope(), worker.index());
        drainTimer = worker.timer(this::tellNextOfDrain);
    }

    WorkerLoop worker() {
        return worker;
    }

    /// As it is now; keep what you got for one socket.
    CompiledListener listener() {
        return listener;
    }

    /// New sockets are served by another from now on. Thread: main.
    void renew(CompiledListener renewed) {
        listener = renewed;
    }

    int connections() {
        return connections;
    }

    boolean drainClose() {
        return drain.close(worker);
    }

    @Override
    public void accepted(AcceptedChannel socket) {
        if (closed) {
            socket.close();
            return;
        }
        if (!admitted()) {
            socket.close();
            return;
        }
        CompiledListener now = listener;
        if (now.socketFilters().templates().isEmpty()) {
            connect(socket, MatchInput.of(socket.facts()), null, new Buffer());
            return;
        }
        accepting++;
        stats.preConnectionActive().increment();
        now.socketFilters().sockets().enter(worker);
        new AcceptingSocket(this, now, socket).begin();
    }

    /// Counts the socket against the limits; [#gone] must follow.
    private boolean admitted() {
        if (!listener.globalLimit().open()) {
            stats.globalOverflow().increment();
            return false;
        }
        if (!listener.limit().open()) {
            listener.globalLimit().close();
            stats.overflow().increment();
            return false;
        }
        return true;
    }

    /// A socket that was admitted is closed.
    void gone() {
        listener.limit().close();
        listener.globalLimit().close();
    }

    @Override
    public void acceptedInRound(int count) {
        stats.acceptedPerSocketEvent().record(count);
    }

    /// A socket is through the listener filters, or was closed by them.
    void acceptingEnded(CompiledListener of) {
        of.socketFilters().sockets().exit(worker);
        accepting--;
        stats.preConnectionActive().decrement();
        tellIfEmpty();
    }

    /// Makes a connection of the socket, if a filter chain matches.
    ///
    /// @param facts what listener filters gathered, null if there were none
    /// @param data what came while they looked
    void connect(
            AcceptedChannel socket, MatchInput input, @Nullable StreamFacts facts, Buffer data) {
        CompiledListener now = listener;
        FilterChain chain = now.choice().find(input, facts, worker);
        if (chain == null) {
            noChain(socket, facts);
            gone();
            data.clear();
            return;
        }
        if (chain.filters().isEmpty()) {
            LOG.debug("{}: closed, the filter chain has no filters", socket.facts());
            socket.close();
            gone();
            data.clear();
            return;
        }
        ActiveConnection active =
                new ActiveConnection(this, chain.connections(), worker.nanoTime());
        SocketConnection connection =
                SocketConnection.accepted(socket, active, now.config().bufferLimit());
        socket.facts().filterChainName(chain.name());
        if (facts != null) {
            connection.streamInfo(facts);
        } else if (now.socketFilters().accessLogger() != null) {
            connection.streamInfo(new StreamFacts(worker, socket.facts())); // it begins now
        }
        active.serves(connection);
        add(active);
        if (chain.connectTimeoutNanos() > 0) {
            connection.connectTimeout(chain.connectTimeoutNanos(), "transport_socket_timeout");
        }
        connection.start(chain.filters(), chain.socket().template(), null, data);
    }

    private void noChain(AcceptedChannel socket, @Nullable StreamFacts gathered) {
        LOG.debug("{}: closed, no filter chain matches", socket.facts());
        stats.noFilterChainMatch().increment();
        if (listener.socketFilters().accessLogger() != null) {
            StreamFacts facts =
                    gathered == null ? new StreamFacts(worker, socket.facts()) : gathered;
            facts.addFlag(ResponseFlag.NO_ROUTE_FOUND);
            facts.responseCodeDetails("filter_chain_not_found");
            log(facts);
        }
        socket.close();
    }

    /// Writes the access log for a socket that became no connection, or a connection that ended.
    void log(StreamFacts facts) {
        AccessLogger logger = listener.socketFilters().accessLogger();
        if (logger != null) {
            facts.mark(io.nuncio.spi.StreamInfo.Moment.END);
            logger.log(new ConnectionLogEntry(facts));
        }
    }

    private void add(ActiveConnection active) {
        active.connections().count().enter(worker);
        active.next = first;
        if (first != null) {
            first.previous = active;
        }
        first = active;
        connections++;
        stats.total().increment();
        stats.active().increment();
        workerStats.total().increment();
        workerStats.active().increment();
    }

    void onEnded(ActiveConnection ended) {
        if (ended.previous == null) {
            first = ended.next;
        } else {
            ended.previous.next = ended.next;
        }
        if (ended.next != null) {
            ended.next.previous = ended.previous;
        }
        connections--;
        gone();
        stats.active().decrement();
        stats.destroy().increment();
        workerStats.active().decrement();
        stats.lengthMillis().record((worker.nanoTime() - ended.beganNanos()) / 1_000_000);
        SocketConnection connection = ended.connection();
        if (connection.connectTimedOut()) {
            stats.transportSocketConnectTimeout().increment();
        }
        if (listener.socketFilters().accessLogger() != null) {
            log(connection.streamInfo());
        }
        ended.connections().count().exit(worker);
        tellIfEmpty();
    }

    /// Tells the filters of all connections that the listener drains.
    ///
    /// @param overNanos spread over that time, so that they do not all come back at once; 0 for now
    void tellOfDrain(long overNanos) {
        if (overNanos == 0 || connections == 0) {
            drainTimer.disarm();
            for (ActiveConnection each = first; each != null; each = each.next) {
                tellOfDrain(each);
            }
            return;
        }
        drainStepNanos = overNanos / connections;
        drainTimer.arm(drainStepNanos);
    }

    private void tellNextOfDrain() {
        for (ActiveConnection each = first; each != null; each = each.next) {
            if (!each.toldOfDrain) {
                tellOfDrain(each);
                drainTimer.arm(drainStepNanos);
                return;
            }
        }
    }

    private static void tellOfDrain(ActiveConnection active) {
        if (!active.toldOfDrain) {
            active.toldOfDrain = true;
            active.connection().drain();
        }
    }

    /// Closes all connections and takes no more.
    void close(String reason) {
        closed = true;
        drainTimer.disarm();
        for (ActiveConnection each = first; each != null; each = each.next) {
            each.connection().close(Connection.Close.NO_FLUSH, reason);
        }
    }

    /// Closes the connections of one chain.
    void close(ChainConnections chain, String reason) {
        for (ActiveConnection each = first; each != null; each = each.next) {
            if (each.connections() == chain) {
                each.connection().close(Connection.Close.NO_FLUSH, reason);
            }
        }
    }

    /// Runs the task as soon as there is no connection; once.
    void whenEmpty(Runnable task) {
        whenEmpty = task;
        tellIfEmpty();
    }

    private void tellIfEmpty() {
        Runnable task = whenEmpty;
        if (task != null && connections == 0 && accepting == 0) {
            whenEmpty = null;
            task.run();
        }
    }
}
