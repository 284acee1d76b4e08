package io.nuncio.kernel.listener;

import com.google.protobuf.Struct;

import io.netty.buffer.ByteBuf;
import io.nuncio.kernel.network.AcceptedChannel;
import io.nuncio.kernel.network.OriginalDestination;
import io.nuncio.kernel.network.SocketEvents;
import io.nuncio.kernel.network.WorkerLoop;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.AcceptedSocket;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.ListenerFilter;
import io.nuncio.spi.ListenerFilterTemplate;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Timer;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Locale;

/// An accepted socket on its way through the listener filters. They run one after the other;
/// reading stops as soon as there is what the current one wants, so a peer can make us keep that
/// much and one read more. Thread: the worker.
final class AcceptingSocket implements AcceptedSocket, SocketEvents {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    private final WorkerListener listener;
    private final CompiledListener compiled;
    private final AcceptedChannel socket;
    private final StreamFacts facts;
    private final FilterTemplates.Version<ListenerFilterTemplate> templates;
    private final ListenerFilter[] filters;
    private Buffer peeked;
    private @Nullable Timer timeout;
    private int current = -1;
    private boolean running;
    private boolean ended;
    @Nullable AcceptingSocket previous; // in its worker's list
    @Nullable AcceptingSocket next;

    /// @param peeked what came already
    AcceptingSocket(
            WorkerListener listener,
            CompiledListener compiled,
            FilterTemplates.Version<ListenerFilterTemplate> templates,
            AcceptedChannel socket,
            Buffer peeked) {
        this.listener = listener;
        this.compiled = compiled;
        this.templates = templates;
        this.socket = socket;
        this.peeked = peeked;
        StreamFacts given = socket.passedOn();
        facts = given == null ? new StreamFacts(socket.loop(), socket.facts()) : given;
        filters = new ListenerFilter[templates.templates().size()];
    }

    void begin() {
        socket.handler().passTo(this);
        try {
            for (int index = 0; index < filters.length; index++) {
                filters[index] = templates.templates().get(index).create(this);
            }
            next();
        } catch (Throwable failure) {
            failed(failure);
            return;
        }
        long limit = compiled.config().listenerFiltersTimeoutNanos();
        if (!ended && limit > 0) {
            timeout = socket.loop().timer(this::onTimeout);
            timeout.arm(limit);
        }
    }

    /// Goes on with the filter after the current one.
    private void next() {
        while (!ended) {
            current++;
            if (current == filters.length) {
                finish();
                return;
            }
            running = true;
            ListenerFilter.Outcome outcome = filters[current].onAccept();
            running = false;
            if (outcome == ListenerFilter.Outcome.CLOSE) {
                close();
            } else if (outcome == ListenerFilter.Outcome.STOP && !offered()) {
                return;
            }
        }
    }

    /// Offers what was read to the current filter.
    ///
    /// @return true if the filter is done
    private boolean offered() {
        int shown = 0;
        int wanted = filters[current].maxBytes();
        boolean done = false;
        while (!done && shown < Math.min(wanted, peeked.length())) {
            shown = Math.min(wanted, peeked.length());
            running = true;
            ListenerFilter.Outcome outcome = show(wanted);
            running = false;
            if (outcome == ListenerFilter.Outcome.CLOSE) {
                close();
                return false;
            }
            done = outcome == ListenerFilter.Outcome.CONTINUE;
            wanted = filters[current].maxBytes(); // it may want more, which may be here already
        }
        if (!ended) {
            socket.reading(wantsToRead());
        }
        return done && !ended;
    }

    private ListenerFilter.Outcome show(int wanted) {
        if (peeked.length() <= wanted) {
            return filters[current].onData(peeked);
        }
        Buffer beginning = new Buffer();
        peeked.moveTo(beginning, wanted);
        ListenerFilter.Outcome outcome = filters[current].onData(beginning);
        peeked.moveTo(beginning);
        peeked = beginning;
        return outcome;
    }

    @Override
    public boolean wantsToRead() {
        return !ended
                && current < filters.length
                && peeked.length() < Math.max(1, filters[current].maxBytes());
    }

    @Override
    public void onRead(ByteBuf bytes) {
        Slices.of(peeked).take(bytes);
    }

    @Override
    public void onReadComplete() {
        if (ended || running) {
            return;
        }
        try {
            if (offered()) {
                next();
            }
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    @Override
    public void onInputEnd() {
        onClosed();
    }

    @Override
    public void onWritabilityChanged() {}

    @Override
    public void onClosed() {
        if (!ended) {
            compiled.stats().listenerFilterRemoteClose().increment();
            close();
        }
    }

    @Override
    public void onFailure(Throwable failure) {
        if (ended) {
            return;
        }
        if (failure instanceof java.io.IOException) {
            LOG.debug("{}: {}", socket.facts(), failure.getMessage());
            compiled.stats().listenerFilterError().increment();
            close();
        } else {
            failed(failure);
        }
    }

    private void failed(Throwable failure) {
        if (ended) {
            return;
        }
        LOG.error("{}: a listener filter failed, the socket is closed", socket.facts(), failure);
        compiled.stats().listenerFilterError().increment();
        close();
    }

    private void onTimeout() {
        compiled.stats().preConnectionTimeout().increment();
        if (compiled.config().continueOnListenerFiltersTimeout()) {
            finish();
        } else {
            close();
        }
    }

    /// The filters are done: on to the filter chain.
    private void finish() {
        end();
        socket.reading(true);
        listener.connect(socket, MatchInput.of(socket.facts()), facts, peeked);
        listener.acceptingEnded(this, compiled, templates);
    }

    /// The listener has ended.
    void listenerCloses() {
        if (!ended) {
            close();
        }
    }

    private void close() {
        end();
        listener.log(facts);
        peeked.clear();
        socket.close();
        listener.gone();
        listener.acceptingEnded(this, compiled, templates);
    }

    private void end() {
        ended = true;
        socket.handler().passTo(SocketEvents.IGNORE);
        if (timeout != null) {
            timeout.disarm();
        }
        for (ListenerFilter filter : filters) {
            if (filter != null) {
                destroy(filter);
            }
        }
    }

    /// What fails here must not keep the socket open, nor the listener from ending.
    private void destroy(ListenerFilter filter) {
        try {
            filter.onDestroy();
        } catch (RuntimeException | LinkageError bug) {
            LOG.error("{}: a listener filter failed at its end", socket.facts(), bug);
        }
    }

    @Override
    public ConnectionInfo info() {
        return socket.facts();
    }

    @Override
    public StreamInfo streamInfo() {
        return facts;
    }

    @Override
    public WorkerLoop worker() {
        return socket.loop();
    }

    @Override
    public @Nullable Address originalDestination() {
        return OriginalDestination.of(socket.channel());
    }

    @Override
    public void resume(boolean success) {
        if (ended) {
            return;
        }
        if (running) {
            throw new IllegalStateException("return CONTINUE or CLOSE instead of resuming");
        }
        try {
            if (success) {
                next();
            } else {
                close();
            }
        } catch (Throwable failure) {
            failed(failure);
        }
    }

    @Override
    public void transportProtocol(String name) {
        socket.facts().transportProtocol(name);
    }

    @Override
    public void applicationProtocols(List<String> names) {
        socket.facts().requestedApplicationProtocols(names);
    }

    @Override
    public void requestedServerName(String name) {
        socket.facts().requestedServerName(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public void ja3Hash(String hash) {
        socket.facts().ja3Hash(hash);
    }

    @Override
    public void ja4Hash(String hash) {
        socket.facts().ja4Hash(hash);
    }

    @Override
    public void metadata(String namespace, Struct values) {
        facts.mergeMetadata(namespace, values);
    }

    @Override
    public void filterState(String key, Object value) {
        facts.filterState(key, value);
    }
}
