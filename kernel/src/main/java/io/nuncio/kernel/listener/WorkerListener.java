package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.AcceptedChannel;
import io.nuncio.kernel.network.ConnectionFacts;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.kernel.network.ListenSocket;
import io.nuncio.kernel.network.SocketConnection;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/// One worker's part of a listener: takes accepted sockets to connections and keeps the list of
/// them. Thread: the worker, for every method but the constructor.
final class WorkerListener implements ListenSocket.Acceptor {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    private final WorkerLoop worker;
    private volatile CompiledListener listener; // set on the main thread
    private final DrainDecision drain;
    private final @Nullable ExactBalance balance;
    private final ListenersByAddress byAddress;
    private final ListenerStats stats;
    private final ListenerStats.PerWorker workerStats;
    private final Timer drainTimer;
    private long drainStepNanos;
    private @Nullable ActiveConnection first;
    private int connections;
    private @Nullable AcceptingSocket firstAccepting;
    private boolean closed;
    private final List<Runnable> whenEmpty = new ArrayList<>(1);

    /// @param balance null if connections stay where they are accepted
    /// @param byAddress those that sockets may be handed over to
    WorkerListener(
            WorkerLoop worker,
            CompiledListener listener,
            DrainDecision drain,
            @Nullable ExactBalance balance,
            ListenersByAddress byAddress) {
        this.worker = worker;
        this.listener = listener;
        this.drain = drain;
        this.balance = balance;
        this.byAddress = byAddress;
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
        if (closed || !admitted()) {
            unbalanced();
            socket.close();
            return;
        }
        serve(socket, new Buffer());
    }

    /// Takes a socket that another listener accepted for an address of this one. As in Envoy, the
    /// limit of this listener counts it but does not refuse it.
    ///
    /// @param data what came already
    private void takeOver(AcceptedChannel socket, Buffer data) {
        listener.limit().count();
        if (closed) {
            socket.close();
            data.clear();
            gone();
            return;
        }
        socket.reading(true);
        serve(socket, data);
    }

    private void serve(AcceptedChannel socket, Buffer data) {
        CompiledListener now = listener;
        socket.facts().listenerMetadata(now.message().getMetadata());
        var filters = now.socketFilters().filters().current();
        if (filters.missing()) {
            LOG.debug("{}: closed, a listener filter has no configuration", socket.facts());
            stats.extensionConfigMissing().increment();
            refuse(socket, new StreamFacts(worker, socket.facts()), data);
        } else if (filters.templates().isEmpty()) {
            connect(socket, MatchInput.of(socket.facts()), socket.passedOn(), data);
        } else {
            stats.preConnectionActive().increment();
            now.socketFilters().sockets().enter(worker);
            filters.enter(worker);
            AcceptingSocket accepting = new AcceptingSocket(this, now, filters, socket, data);
            accepting.next = firstAccepting;
            if (firstAccepting != null) {
                firstAccepting.previous = accepting;
            }
            firstAccepting = accepting;
            accepting.begin();
        }
    }

    /// Closes a socket that was admitted and becomes no connection.
    private void refuse(AcceptedChannel socket, StreamFacts facts, Buffer data) {
        log(facts);
        socket.close();
        gone();
        data.clear();
    }

    /// Counts the socket against the limits; [#gone] must follow.
    private boolean admitted() {
        ConnectionLimit global = listener.globalLimit();
        if (listener.config().ignoreGlobalLimit()) {
            global.count();
        } else if (!global.open()) {
            stats.globalOverflow().increment();
            LOG.debug("listener {}: {}", listener.config().name(), global.exceeded());
            return false;
        }
        if (!listener.limit().open()) {
            global.close();
            stats.overflow().increment();
            LOG.debug("listener {}: {}", listener.config().name(), listener.limit().exceeded());
            return false;
        }
        return true;
    }

    /// A socket that was admitted is closed.
    void gone() {
        listener.globalLimit().close();
        leaves();
    }

    /// A socket that was admitted is closed, or another listener's now.
    private void leaves() {
        listener.limit().close();
        unbalanced();
    }

    private void unbalanced() {
        ExactBalance exact = balance;
        if (exact != null) {
            exact.ended(worker.index());
        }
    }

    @Override
    public void acceptedInRound(int count) {
        stats.acceptedPerSocketEvent().record(count);
    }

    /// A socket is through the listener filters, or was closed by them.
    void acceptingEnded(
            AcceptingSocket ended,
            CompiledListener of,
            FilterTemplates.Version<ListenerFilterTemplate> filters) {
        if (ended.previous == null) {
            firstAccepting = ended.next;
        } else {
            ended.previous.next = ended.next;
        }
        if (ended.next != null) {
            ended.next.previous = ended.previous;
        }
        filters.exit(worker);
        of.socketFilters().sockets().exit(worker);
        stats.preConnectionActive().decrement();
        tellIfEmpty();
    }

    /// Makes a connection of the socket, if a filter chain matches.
    ///
    /// @param facts what listener filters gathered, or the other end passed on; null for nothing
    /// @param data what came while they looked
    void connect(
            AcceptedChannel socket, MatchInput input, @Nullable StreamFacts facts, Buffer data) {
        CompiledListener now = listener;
        if (now.config().useOriginalDst() && handedOver(socket, data)) {
            return;
        }
        FilterChain chain = chain(now, socket, input, facts);
        if (chain == null) {
            noChain(socket, facts == null ? new StreamFacts(worker, socket.facts()) : facts, data);
            return;
        }
        var filters = chain.filters().current();
        ActiveConnection active =
                new ActiveConnection(this, chain.connections(), filters.users(), worker.nanoTime());
        SocketConnection connection =
                SocketConnection.accepted(socket, active, now.config().bufferLimit());
        socket.facts().filterChainName(chain.name());
        socket.facts().filterChainMetadata(chain.metadata());
        if (facts != null) {
            connection.streamInfo(facts);
        } else if (now.socketFilters().accessLogger() != null) {
            connection.streamInfo(new StreamFacts(worker, socket.facts())); // it begins now
        }
        active.serves(connection);
        add(active);
        if (filters.missing() || filters.templates().isEmpty()) {
            LOG.debug("{}: closed, no filters or one without a configuration", socket.facts());
            stats.networkExtensionConfigMissing().increment();
            data.clear();
            connection.close(Connection.Close.NO_FLUSH, "no_filters");
            return;
        }
        if (chain.connectTimeoutNanos() > 0) {
            connection.connectTimeout(chain.connectTimeoutNanos(), "transport_socket_timeout");
        }
        connection.start(filters.templates(), chain.socket().template(), null, data);
    }

    /// The chain of the socket; null if none matches, or a matcher failed.
    private @Nullable FilterChain chain(
            CompiledListener now,
            AcceptedChannel socket,
            MatchInput input,
            @Nullable StreamFacts facts) {
        try {
            return now.choice().find(input, facts, worker);
        } catch (RuntimeException | LinkageError bug) {
            LOG.error("{}: choosing the filter chain failed", socket.facts(), bug);
            return null;
        }
    }

    /// Hands a socket that was meant for another address over to the listener of that address, at
    /// most once.
    ///
    /// @return false if it stays here
    private boolean handedOver(AcceptedChannel socket, Buffer data) {
        ConnectionFacts facts = socket.facts();
        if (!facts.localAddressRestored() || facts.handedOver()) {
            return false;
        }
        ActiveListener target = byAddress.find(facts.localAddress());
        if (target == null) {
            return false;
        }
        facts.markHandedOver();
        leaves();
        int owner = target.balanced(worker.index());
        if (owner == worker.index()) {
            target.part(owner).takeOver(socket, data);
        } else {
            socket.moveTo(
                    target.part(owner).worker(), moved -> takeOver(target, owner, moved, data));
        }
        return true;
    }

    /// On the worker that shall own the socket, where the listener may have ended meanwhile.
    private void takeOver(ActiveListener target, int owner, AcceptedChannel socket, Buffer data) {
        if (byAddress.find(socket.facts().localAddress()) == target) {
            target.part(owner).takeOver(socket, data);
        } else {
            socket.close();
            data.clear();
            listener.globalLimit().close();
        }
    }

    private void noChain(AcceptedChannel socket, StreamFacts facts, Buffer data) {
        LOG.debug("{}: closed, no filter chain matches", socket.facts());
        stats.noFilterChainMatch().increment();
        facts.addFlag(ResponseFlag.NO_ROUTE_FOUND);
        facts.responseCodeDetails("filter_chain_not_found");
        refuse(socket, facts, data);
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
        active.enter(worker);
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
        SocketConnection connection = ended.connection();
        if (listener.socketFilters().accessLogger() != null) {
            log(connection.streamInfo());
        }
        stats.active().decrement();
        stats.destroy().increment();
        workerStats.active().decrement();
        stats.lengthMillis().record((worker.nanoTime() - ended.beganNanos()) / 1_000_000);
        if (connection.connectTimedOut()) {
            stats.transportSocketConnectTimeout().increment();
        }
        ended.exit(worker);
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

    /// Closes sockets that still come, such as one that another worker accepted a moment ago.
    void takeNoMore() {
        closed = true;
    }

    /// Closes all connections and what is about to become one, and takes no more.
    void close(String reason) {
        closed = true;
        drainTimer.disarm();
        for (AcceptingSocket each = firstAccepting; each != null; each = each.next) {
            each.listenerCloses();
        }
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
        whenEmpty.add(task);
        tellIfEmpty();
    }

    private void tellIfEmpty() {
        if (!whenEmpty.isEmpty() && connections == 0 && firstAccepting == null) {
            List<Runnable> tasks = List.copyOf(whenEmpty);
            whenEmpty.clear();
            tasks.forEach(Runnable::run);
        }
    }
}
