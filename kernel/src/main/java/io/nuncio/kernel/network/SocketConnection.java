package io.nuncio.kernel.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Host;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.PassthroughState;
import io.nuncio.spi.SharedState;
import io.nuncio.spi.Timer;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocket;
import io.nuncio.spi.TransportSocketTemplate;
import io.nuncio.spi.internal.Slices;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;

/// A connection on its worker, downstream or upstream, over a Netty channel with a single handler.
///
/// Bytes in: socket, [TransportSocket#read] unless the transport socket changes nothing, the
/// network filters in order. Bytes out: the network filters in reverse order, the write buffer;
/// once per round of the loop [TransportSocket#write] and the socket. Nothing is copied on the way
/// and nothing allocated per read or write.
///
/// Its parts, where they have a meaning of their own: [FilterSlots] the walk through the filters,
/// [SocketInput] the read buffer and when the socket is read, [SocketOutput] the write buffer and
/// the watermarks, [TransportSide] what lies between the filters and the wire, [ConnectTimeout] and
/// [DelayedClose] the two ends of its life; what few connections need is made when they do. Here
/// are the state, which all of them ask, and the steps between them: each changes the state, so
/// that none would come loose alone.
///
/// Thread: the worker, for every method. Events are raised at once; filters are destroyed, and what
/// is left in the buffers is freed, when the round ends, so that a filter that closes its
/// connection still stands on firm ground.
public final class SocketConnection implements Connection, SocketEvents {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    /// Envoy's default for `per_connection_buffer_limit_bytes`.
    public static final int DEFAULT_BUFFER_LIMIT = 1024 * 1024;

    private static final long DEFAULT_DELAYED_CLOSE_NANOS = 1_000_000_000;
    private static final int LEAST_PER_ROUND = 1024;

    private final WorkerLoop loop;
    private final Channel channel;
    private final ConnectionOwner owner;
    private final ConnectionFacts facts;
    private final SocketInput input;
    private final SocketOutput output;
    private final boolean upstream;
    private FilterSlot[] filters = FilterSlots.NONE;

    private @Nullable TransportSide transport;
    private @Nullable WatcherList watchers;
    private @Nullable StreamFacts streamFacts;
    private @Nullable List<Timer> timers;
    private @Nullable BufferedBytes buffered;
    private @Nullable ConnectTimeout connectTimeout;
    private @Nullable DelayedClose delayedClose;
    private long delayedCloseNanos = DEFAULT_DELAYED_CLOSE_NANOS;
    private ConnectionInfo.CloseType closeType = ConnectionInfo.CloseType.NORMAL;

    private State state;
    private boolean connected;
    private boolean destroyed;
    private boolean endOfRoundAsked;
    private boolean halfClose;
    private boolean outputEnded;
    private boolean outputEndAsked;
    private boolean failed;

    /// A connection whose socket stands already, or is about to connect ([State#CONNECTING]).
    SocketConnection(
            WorkerLoop loop,
            Channel channel,
            ConnectionFacts facts,
            ConnectionOwner owner,
            State state,
            int bufferLimit) {
        this.loop = loop;
        this.channel = channel;
        this.facts = facts;
        this.owner = owner;
        this.state = state;
        this.upstream = state == State.CONNECTING;
        this.input = new SocketInput(this, channel);
        this.output = new SocketOutput(this, channel);
        if (upstream) {
            facts.connectBegins(loop.nanoTime());
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        }
        bufferLimit(bufferLimit);
    }

    /// Takes over a socket that was accepted on this loop.
    public static SocketConnection accepted(
            AcceptedChannel socket, ConnectionOwner owner, int bufferLimit) {
        SocketConnection connection =
                new SocketConnection(
                        socket.loop(),
                        socket.channel(),
                        socket.facts(),
                        owner,
                        State.OPEN,
                        bufferLimit);
        socket.handler().passTo(connection);
        return connection;
    }

    /// Makes the filters and begins: for an accepted connection with `onNewConnection` and the
    /// transport's handshake; a connecting one does that when it stands.
    ///
    /// @param transportTemplate null for plain bytes
    /// @param serverName what an upstream's TLS should ask for, null for its own choice
    /// @param first what came already, while the listener filters looked; emptied
    public void start(
            List<NetworkFilterTemplate> templates,
            @Nullable TransportSocketTemplate transportTemplate,
            @Nullable String serverName,
            Buffer first) {
        start(templates, transportTemplate, serverName, null, TransportOptions.NONE, first);
    }

    /// @param host the upstream's, null if it is none of a cluster's
    /// @param options what the connection asks of its transport socket
    void start(
            List<NetworkFilterTemplate> templates,
            @Nullable TransportSocketTemplate transportTemplate,
            @Nullable String serverName,
            @Nullable Host host,
            TransportOptions options,
            Buffer first) {
        try {
            for (SharedState each : options.shared()) {
                streamInfo().filterState(each.key(), each.value(), each.readOnly(), each.sharing());
            }
            if (transportTemplate != null && !transportTemplate.passThrough()) {
                TransportSide side =
                        TransportSide.open(this, transportTemplate, serverName, host, options);
                transport = side;
                facts.transport(side.socket());
            }
            filters = FilterSlots.make(this, templates);
            readFrom(0, input.buffer(), false);
            if (state == State.OPEN) {
                transportConnected();
            }
            if (!first.isEmpty()) {
                facts.received(first.length());
                first.moveTo(received());
                deliverOrThrow();
            }
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    /// The upstream's socket stands.
    void socketConnected() {
        if (state != State.CONNECTING) {
            return;
        }
        state = State.OPEN;
        facts.connectEnds(loop.nanoTime());
        try {
            transportConnected();
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    /// The upstream's socket could not be connected.
    void connectFailed(String reason) {
        if (state == State.CONNECTING) {
            facts.transportFailureReason(reason);
            end(ConnectionEvent.REMOTE_CLOSE);
        }
    }

    /// Ends the connection if it does not stand, handshake included, after that time.
    ///
    /// @param reason the local close reason
    public void connectTimeout(long nanos, String reason) {
        if (connected || state == State.CLOSED) {
            return;
        }
        connectTimeout = new ConnectTimeout(this, nanos, reason);
    }

    /// True if the connection was ended because it did not stand in time.
    public boolean connectTimedOut() {
        return connectTimeout != null && connectTimeout.passed();
    }

    private void transportConnected() {
        if (transport == null) {
            raiseConnected();
        } else {
            transport.socket().onTransportConnected();
        }
    }

    /// The connection stands, handshake included.
    void raiseConnected() {
        if (state == State.CLOSED) {
            return;
        }
        if (transport != null && transport.socket().tls() != null) {
            facts.handshakeEnds(loop.nanoTime());
        }
        if (!connected) {
            connected = true;
            if (connectTimeout != null) {
                connectTimeout.end();
            }
            raise(ConnectionEvent.CONNECTED);
        }
        if (!output.buffer().isEmpty() || outputEnded) {
            askForEndOfRound();
        }
    }

    // What the socket says.

    @Override
    public void onRead(ByteBuf bytes) {
        if (state != State.OPEN) {
            bytes.release(); // only waiting for the peer to close
            return;
        }
        facts.received(bytes.readableBytes());
        Slices.of(received()).take(bytes);
    }

    /// Where bytes from the socket go.
    private Buffer received() {
        return transport == null ? input.buffer() : transport.in();
    }

    @Override
    public void onReadComplete() {
        if (input.disabled()) {
            input.stop(); // only now: most who disable reading enable it before bytes come
            if (buffered != null) {
                buffered.read(input.buffer().length());
            }
        } else {
            deliver();
        }
    }

    @Override
    public void onInputEnd() {
        input.end();
        if (state != State.OPEN || (!halfClose && !upstream)) {
            end(ConnectionEvent.REMOTE_CLOSE); // a downstream that left wants no answer
        } else if (!input.disabled()) {
            deliver();
        }
    }

    @Override
    public void onWritabilityChanged() {
        if (buffered != null && state != State.CLOSED) {
            buffered.written(unsentBytes());
        }
        output.checkWatermarks();
    }

    @Override
    public void onClosed() {
        end(ConnectionEvent.REMOTE_CLOSE);
    }

    @Override
    public void onFailure(Throwable failure) {
        if (state == State.CLOSED) {
            return;
        }
        if (failure instanceof java.io.IOException) {
            if (facts.transportFailureReason() == null && state == State.CONNECTING) {
                facts.transportFailureReason(String.valueOf(failure.getMessage()));
            }
            LOG.debug("{}: {}", facts, failure.getMessage());
            closeType = isReset(failure) ? ConnectionInfo.CloseType.REMOTE_RESET : closeType;
            end(ConnectionEvent.REMOTE_CLOSE);
        } else {
            filterFailed(failure);
        }
    }

    /// Neither Netty's exceptions nor the JDK's say it otherwise.
    private static boolean isReset(Throwable failure) {
        String message = failure.getMessage();
        return message != null && message.contains("onnection reset");
    }

    // Reading.

    @Override
    public boolean wantsToRead() {
        return !input.disabled() && state != State.CLOSED;
    }

    @Override
    public int bytesPerRound() {
        int limit = output.limit();
        return limit == 0
                ? ReadSizes.MOST_PER_ROUND
                : Math.clamp(limit / 8, LEAST_PER_ROUND, ReadSizes.MOST_PER_ROUND);
    }

    void deliver() {
        try {
            deliverOrThrow();
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    private void deliverOrThrow() {
        if (state != State.OPEN) {
            return;
        }
        boolean ended = input.ended();
        if (transport != null) {
            TransportSocket.Progress progress =
                    transport.socket().read(transport.in(), input.buffer(), ended);
            if (progress == TransportSocket.Progress.FAILED) {
                transportFailed();
                return;
            }
            if (progress == TransportSocket.Progress.END_OF_STREAM) {
                ended = true;
            }
            if (notReading()) {
                return; // closed by who heard that the connection stands
            }
        }
        boolean endStream = ended && halfClose;
        if (!input.buffer().isEmpty() || (endStream && !input.endDelivered())) {
            if (endStream) {
                input.deliverEnd();
            }
            readFrom(0, input.buffer(), endStream);
        }
        if (ended && !halfClose) {
            end(ConnectionEvent.REMOTE_CLOSE);
        } else if (ended) {
            input.end();
            endIfBothSidesEnded();
        }
        checkReadBuffer();
    }

    /// Offers `data` to the filters from `first` on.
    void readFrom(int first, Buffer data, boolean endStream) {
        FilterSlots.read(filters, this, first, data, endStream);
    }

    boolean notReading() {
        return state == State.CLOSING || state == State.CLOSED;
    }

    void resumeAfter(int index) {
        if (notReading()) {
            return;
        }
        readFrom(index + 1, input.buffer(), input.endDelivered());
        checkReadBuffer();
    }

    private void checkReadBuffer() {
        if (state == State.CLOSED) {
            return;
        }
        if (buffered != null) {
            buffered.read(input.buffer().length());
        }
        input.checkLimit(output.limit());
    }

    @Override
    public void readDisable(boolean disable) {
        input.disable(disable);
    }

    /// True if the transport socket has not read all that came.
    boolean wireHoldsInput() {
        return transport != null && !transport.in().isEmpty();
    }

    /// The transport socket has more to give without another byte from the socket.
    void readMore() {
        if (state == State.OPEN) {
            input.deliverSoon();
        }
    }

    // Writing.

    @Override
    public void write(Buffer data, boolean endStream) {
        writeFrom(filters.length - 1, data, endStream);
    }

    /// Offers `data` to the filters from `last` back to the first, then to the socket.
    void writeFrom(int last, Buffer data, boolean endStream) {
        if (notReading() || outputEnded) {
            data.clear();
            return;
        }
        if (last >= 0 && !filtersPass(last, data, endStream)) {
            data.clear();
            return;
        }
        data.moveTo(output.buffer());
        outputEnded = endStream;
        askForEndOfRound();
        output.onGrown();
    }

    private boolean filtersPass(int last, Buffer data, boolean endStream) {
        try {
            return FilterSlots.write(filters, this, last, data, endStream);
        } catch (Throwable failure) {
            filterFailed(failure);
            return false;
        }
    }

    @Override
    public boolean startSecureTransport() {
        if (state != State.OPEN
                || transport == null
                || !transport.startSecure(input.buffer(), output.buffer())) {
            return false;
        }
        if (wireHoldsInput()) {
            input.deliverSoon();
        }
        askForEndOfRound();
        return true;
    }

    /// There may be something to write.
    void writeSoon() {
        if (state != State.CLOSED) {
            askForEndOfRound();
        }
    }

    private void askForEndOfRound() {
        if (!endOfRoundAsked) {
            endOfRoundAsked = true;
            loop.flushLater(this);
        }
    }

    /// The loop's round ends: writes what is buffered, or clears away what has ended.
    void flushNow() {
        endOfRoundAsked = false;
        if (state == State.CLOSED) {
            destroy();
            return;
        }
        if (state == State.CONNECTING) {
            return;
        }
        try {
            flush();
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    private void flush() {
        Buffer out = output.buffer();
        if (transport != null) {
            out = transport.out();
            TransportSocket.Progress progress =
                    transport.socket().write(output.buffer(), out, outputEnded);
            if (progress == TransportSocket.Progress.FAILED) {
                output.send(out);
                transportFailed();
                return;
            }
        }
        output.send(out);
        if (state == State.CLOSED) {
            return;
        }
        if (buffered != null) {
            buffered.written(unsentBytes());
        }
        output.checkWatermarks();
        if (!out.isEmpty() || !output.buffer().isEmpty()) {
            return; // the rest follows when the socket has caught up
        }
        if (state == State.CLOSING) {
            output.whenSent(this::closingFlushed);
        } else if (outputEnded && !outputEndAsked) {
            outputEndAsked = true;
            output.whenSent(this::endOutput);
        }
    }

    /// The socket, to look at its options.
    Channel channel() {
        return channel;
    }

    private void endOutput() {
        if (state == State.CLOSED) {
            return;
        }
        shutDownOutput();
        endIfBothSidesEnded();
    }

    private void shutDownOutput() {
        if (channel instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
        }
    }

    /// Whichever side was last, it is no close of ours (as in Envoy).
    private void endIfBothSidesEnded() {
        if (input.endDelivered() && outputEndAsked && unsentBytes() == 0) {
            end(ConnectionEvent.REMOTE_CLOSE);
        }
    }

    /// What waits to be written, ours and the socket's queue.
    @Override
    public long unsentBytes() {
        return output.unsentBytes() + (transport == null ? 0 : transport.out().length());
    }

    /// @param above true for the high watermark, false for the low one
    void tellWatermark(boolean above) {
        try {
            FilterSlots.tellWatermark(filters, above);
            if (watchers != null) {
                watchers.tellWatermark(above);
            }
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    @Override
    public boolean aboveHighWatermark() {
        return output.aboveHighWatermark();
    }

    @Override
    public int bufferLimit() {
        return output.limit();
    }

    @Override
    public void bufferLimit(int bytes) {
        if (bytes == output.limit() && bytes != 0) {
            return;
        }
        output.limit(bytes);
        if (state == State.OPEN) {
            output.checkWatermarks();
        }
    }

    // Closing.

    @Override
    public void halfClose(boolean enabled) {
        halfClose = enabled;
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, enabled || upstream);
    }

    @Override
    public void delayedCloseTimeout(long nanos) {
        delayedCloseNanos = nanos;
    }

    @Override
    public void close(Close how, String reason) {
        if (state == State.CLOSED || (state == State.CLOSING && waitsAsLong(how))) {
            return;
        }
        facts.localCloseReason(reason);
        switch (how) {
            case ABORT_RESET -> {
                channel.config().setOption(ChannelOption.SO_LINGER, 0);
                closeType = ConnectionInfo.CloseType.LOCAL_RESET;
                end(ConnectionEvent.LOCAL_CLOSE);
            }
            case NO_FLUSH -> closeAtOnce();
            case FLUSH_WRITE -> flushAndClose(false);
            case FLUSH_WRITE_AND_DELAY -> flushAndClose(delayedCloseNanos > 0);
        }
    }

    private static boolean waitsAsLong(Close how) {
        return how == Close.FLUSH_WRITE || how == Close.FLUSH_WRITE_AND_DELAY;
    }

    /// As Envoy does, hands the socket what it takes without waiting.
    private void closeAtOnce() {
        if (state != State.CONNECTING && !failed) {
            flushNow();
        }
        end(ConnectionEvent.LOCAL_CLOSE);
    }

    private void flushAndClose(boolean delay) {
        if (state == State.CONNECTING || (!delay && unsentBytes() == 0 && transport == null)) {
            end(ConnectionEvent.LOCAL_CLOSE);
            return;
        }
        state = State.CLOSING;
        outputEnded = true;
        // What comes is dropped, so that closing does not reset what the peer still reads.
        input.enable();
        if (delayedCloseNanos > 0) {
            delayedClose = new DelayedClose(this, delayedCloseNanos, delay);
        }
        askForEndOfRound();
    }

    /// All is sent while closing: says so to the peer and, if asked to, waits for it (RFC 9112
    /// 9.6).
    private void closingFlushed() {
        if (state == State.CLOSED) {
            return;
        }
        if (delayedClose == null || !delayedClose.waitsForPeer()) {
            end(ConnectionEvent.LOCAL_CLOSE);
        } else if (!outputEndAsked) {
            outputEndAsked = true;
            shutDownOutput();
        }
    }

    /// Closing took too long without progress.
    void delayedCloseOver() {
        facts.localCloseReason("triggered_delayed_close_timeout");
        end(ConnectionEvent.LOCAL_CLOSE);
    }

    private void transportFailed() {
        if (transport != null) {
            transportFailed(transport.failureReason());
        }
    }

    void transportFailed(String reason) {
        if (state == State.CLOSED) {
            return;
        }
        facts.transportFailureReason(reason);
        if (transport != null) {
            transport.socket().write(output.buffer(), transport.out(), true); // may alert the peer
            output.send(transport.out());
        }
        end(ConnectionEvent.REMOTE_CLOSE);
    }

    /// A filter, a transport socket or a callback threw: a bug in an extension or in us, which must
    /// not touch any other connection.
    void filterFailed(Throwable failure) {
        if (failed) {
            return;
        }
        failed = true;
        LOG.error("{}: a filter failed, the connection is closed", facts, failure);
        owner.onFilterFailure(this, failure);
        if (state != State.CLOSED) {
            facts.localCloseReason("filter_failed");
            end(ConnectionEvent.LOCAL_CLOSE);
        }
    }

    private void end(ConnectionEvent event) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        facts.closed(closeType);
        if (delayedClose != null) {
            delayedClose.end();
        }
        if (connectTimeout != null) {
            connectTimeout.end();
        }
        if (timers != null) {
            timers.forEach(Timer::disarm);
        }
        channel.unsafe().close(channel.voidPromise());
        raise(event);
        askForEndOfRound();
    }

    private void raise(ConnectionEvent event) {
        FilterSlots.tell(filters, this, event);
        if (watchers != null) {
            watchers.tell(this, event);
        }
    }

    /// True if the event is no longer true: who has not heard of it has heard of the end.
    boolean overtaken(ConnectionEvent event) {
        return state == State.CLOSED && event == ConnectionEvent.CONNECTED;
    }

    private void destroy() {
        if (destroyed) {
            return;
        }
        destroyed = true;
        if (buffered != null) {
            buffered.close();
        }
        for (FilterSlot slot : filters) {
            try {
                slot.destroy();
            } catch (Throwable failure) {
                filterFailed(failure);
            }
        }
        if (transport != null) {
            try {
                transport.socket().onDestroy();
            } catch (Throwable failure) {
                filterFailed(failure);
            }
            transport.clear();
        }
        input.buffer().clear();
        output.buffer().clear();
        owner.onDestroy(this);
    }

    // What filters and others ask.

    Timer timer(Runnable task) {
        Timer timer = loop.timer(() -> runGuarded(task));
        if (timers == null) {
            timers = new ArrayList<>(2);
        }
        timers.add(timer);
        return timer;
    }

    /// Any thread.
    void post(Runnable task) {
        loop.post(() -> runGuarded(task));
    }

    private void runGuarded(Runnable task) {
        if (state == State.CLOSED) {
            return;
        }
        try {
            task.run();
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    boolean drainClose() {
        return owner.drainClose(this);
    }

    /// The listener drains: tells the filters.
    public void drain() {
        if (state == State.CLOSED) {
            return;
        }
        try {
            FilterSlots.tellDrain(filters);
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    @Override
    public ConnectionFacts info() {
        return facts;
    }

    /// Goes on with the facts that were gathered before the connection was made.
    public void streamInfo(StreamFacts gathered) {
        streamFacts = gathered;
    }

    @Override
    public StreamFacts streamInfo() {
        StreamFacts made = streamFacts;
        if (made == null) {
            made = new StreamFacts(loop, facts);
            streamFacts = made;
        }
        return made;
    }

    @Override
    public @Nullable Object filterState(String key) {
        StreamFacts known = streamFacts;
        return known == null ? null : known.filterState(key);
    }

    @Override
    public List<SharedState> sharedState() {
        StreamFacts known = streamFacts;
        return known == null ? List.of() : known.sharedState();
    }

    /// Says what the other end begins with, if it is in this process.
    void passOn(PassthroughState state) {
        if (channel instanceof InternalChannel end) {
            end.passOn(state);
        }
    }

    @Override
    public WorkerLoop worker() {
        return loop;
    }

    @Override
    public State state() {
        return state;
    }

    boolean closed() {
        return state == State.CLOSED;
    }

    @Override
    public void countBuffered(Gauge read, Gauge written) {
        if (buffered == null) {
            buffered = new BufferedBytes(read, written);
        }
    }

    @Override
    public void addCallbacks(Callbacks callbacks) {
        WatcherList known = watchers;
        if (known == null) {
            known = new WatcherList();
            watchers = known;
        }
        known.add(callbacks);
    }

    @Override
    public void removeCallbacks(Callbacks callbacks) {
        if (watchers != null) {
            watchers.remove(callbacks);
        }
    }

    @Override
    public String toString() {
        return facts.toString();
    }
}
