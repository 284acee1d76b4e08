package io.nuncio.kernel.network;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionEvent;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkOutcome;
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
/// Thread: the worker, for every method. Events are raised at once; filters are destroyed, and what
/// is left in the buffers is freed, when the round ends, so that a filter that closes its
/// connection still stands on firm ground.
public final class SocketConnection implements Connection, SocketEvents {
    private static final Logger LOG = LoggerFactory.getLogger("connection");

    /// Envoy's default for `per_connection_buffer_limit_bytes`.
    public static final int DEFAULT_BUFFER_LIMIT = 1024 * 1024;

    private static final long DEFAULT_DELAYED_CLOSE_NANOS = 1_000_000_000;
    private static final FilterSlot[] NO_FILTERS = {};

    private static final int LEAST_PER_ROUND = 1024;

    private final WorkerLoop loop;
    private final Channel channel;
    private final ConnectionOwner owner;
    private final ConnectionFacts facts;
    private final Buffer readBuffer = new Buffer();
    private final Buffer writeBuffer = new Buffer();
    private final boolean upstream;
    private final WatcherList watchers = new WatcherList();
    private FilterSlot[] filters = NO_FILTERS;

    private @Nullable TransportSocket transport;
    private @Nullable Buffer wireIn;
    private @Nullable Buffer wireOut;

    private @Nullable StreamFacts streamFacts;
    private @Nullable List<Timer> timers;
    private @Nullable Timer delayedCloseTimer;
    private @Nullable Runnable deliverTask;
    private long delayedCloseNanos = DEFAULT_DELAYED_CLOSE_NANOS;
    private long unsentAtLastLook;
    private ConnectionInfo.CloseType closeType = ConnectionInfo.CloseType.NORMAL;

    private int bufferLimit;
    private int readDisabled;

    private State state;
    private boolean connected;
    private boolean destroyed;
    private boolean endOfRoundAsked;
    private boolean deliverAsked;
    private boolean aboveHighWatermark;
    private boolean behind;
    private boolean readingStopped;
    private boolean readBufferFull;
    private boolean halfClose;
    private boolean inputEnded;
    private boolean inputEndDelivered;
    private boolean outputEnded;
    private boolean outputEndAsked;
    private boolean waitForPeer;
    private boolean failed;
    private boolean connectTimedOut;
    private @Nullable Timer connectTimer;
    private @Nullable BufferedBytes buffered;

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

    /// @param hostname the upstream host's name, null if it has none
    /// @param options what the connection asks of its transport socket
    void start(
            List<NetworkFilterTemplate> templates,
            @Nullable TransportSocketTemplate transportTemplate,
            @Nullable String serverName,
            @Nullable String hostname,
            TransportOptions options,
            Buffer first) {
        try {
            if (transportTemplate != null && !transportTemplate.passThrough()) {
                wireIn = new Buffer();
                wireOut = new Buffer();
                String name = options.serverName() == null ? serverName : options.serverName();
                TransportSocket socket =
                        transportTemplate.create(new TransportSide(this, name, hostname, options));
                transport = socket;
                facts.transport(socket);
            }
            makeFilters(templates);
            readFrom(0, readBuffer, false);
            if (state == State.OPEN) {
                transportConnected();
            }
            if (!first.isEmpty()) {
                facts.received(first.length());
                first.moveTo(wireIn == null ? readBuffer : wireIn);
                deliverOrThrow();
            }
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    private void makeFilters(List<NetworkFilterTemplate> templates) {
        FilterSlot[] slots = new FilterSlot[templates.size()];
        for (int index = 0; index < slots.length; index++) {
            slots[index] = new FilterSlot(this, index);
        }
        for (int index = 0; index < slots.length; index++) {
            slots[index].create(templates.get(index));
        }
        filters = slots;
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
        Timer timer = loop.timer(() -> connectTimeoutOver(reason));
        connectTimer = timer;
        timer.arm(nanos);
    }

    private void connectTimeoutOver(String reason) {
        connectTimedOut = true;
        close(Close.NO_FLUSH, reason);
    }

    /// True if the connection was ended because it did not stand in time.
    public boolean connectTimedOut() {
        return connectTimedOut;
    }

    private void transportConnected() {
        if (transport == null) {
            raiseConnected();
        } else {
            transport.onTransportConnected();
        }
    }

    private void raiseConnected() {
        if (state == State.CLOSED) {
            return;
        }
        if (transport != null && transport.tls() != null) {
            facts.handshakeEnds(loop.nanoTime());
        }
        if (!connected) {
            connected = true;
            if (connectTimer != null) {
                connectTimer.disarm();
            }
            raise(ConnectionEvent.CONNECTED);
        }
        if (!writeBuffer.isEmpty() || outputEnded) {
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
        Slices.of(wireIn == null ? readBuffer : wireIn).take(bytes);
    }

    @Override
    public void onReadComplete() {
        if (readDisabled > 0) {
            stopReading(); // only now: most who disable reading enable it before bytes come
            if (buffered != null) {
                buffered.read(readBuffer.length());
            }
        } else {
            deliver();
        }
    }

    @Override
    public void onInputEnd() {
        inputEnded = true;
        if (state != State.OPEN || (!halfClose && !upstream)) {
            end(ConnectionEvent.REMOTE_CLOSE); // a downstream that left wants no answer
        } else if (readDisabled == 0) {
            deliver();
        }
    }

    @Override
    public void onWritabilityChanged() {
        if (buffered != null && state != State.CLOSED) {
            buffered.written(unsentBytes());
        }
        checkWatermarks();
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
        return readDisabled == 0 && state != State.CLOSED;
    }

    @Override
    public int bytesPerRound() {
        return bufferLimit == 0
                ? ReadSizes.MOST_PER_ROUND
                : Math.clamp(bufferLimit / 8, LEAST_PER_ROUND, ReadSizes.MOST_PER_ROUND);
    }

    private void deliver() {
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
        boolean ended = inputEnded;
        if (transport != null && wireIn != null) {
            TransportSocket.Progress progress = transport.read(wireIn, readBuffer, inputEnded);
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
        if (!readBuffer.isEmpty() || (endStream && !inputEndDelivered)) {
            inputEndDelivered |= endStream;
            readFrom(0, readBuffer, endStream);
        }
        if (ended && !halfClose) {
            end(ConnectionEvent.REMOTE_CLOSE);
        } else if (ended) {
            inputEnded = true;
            endIfBothSidesEnded();
        }
        checkReadBuffer();
    }

    /// Offers `data` to the filters from `first` on.
    void readFrom(int first, Buffer data, boolean endStream) {
        for (int index = first; index < filters.length; index++) {
            FilterSlot slot = filters[index];
            if (!slot.started) {
                slot.started = true;
                if (slot.filter().onNewConnection() == NetworkOutcome.STOP || notReading()) {
                    return;
                }
            }
            if (data.isEmpty() && !endStream) {
                continue;
            }
            if (slot.filter().onData(data, endStream) == NetworkOutcome.STOP || notReading()) {
                return;
            }
        }
    }

    private boolean notReading() {
        return state == State.CLOSING || state == State.CLOSED;
    }

    void resumeAfter(int index) {
        if (notReading()) {
            return;
        }
        readFrom(index + 1, readBuffer, inputEndDelivered);
        checkReadBuffer();
    }

    /// A filter that takes nothing stops the socket when it has the limit; it goes on when bytes
    /// were taken.
    private void checkReadBuffer() {
        if (state == State.CLOSED) {
            return;
        }
        if (buffered != null) {
            buffered.read(readBuffer.length());
        }
        boolean full = bufferLimit > 0 && readBuffer.length() >= bufferLimit;
        if (full == readBufferFull) {
            return;
        }
        readBufferFull = full;
        if (full) {
            stopReading();
        } else if (readDisabled == 0) {
            goOnReading();
        }
    }

    private void stopReading() {
        if (!readingStopped && state == State.OPEN) {
            readingStopped = true;
            channel.config().setAutoRead(false);
        }
    }

    private void goOnReading() {
        if (readingStopped && state != State.CLOSED && !inputEnded) {
            readingStopped = false;
            channel.config().setAutoRead(true);
        }
    }

    @Override
    public void readDisable(boolean disable) {
        if (disable) {
            readDisabled++;
            return;
        }
        if (readDisabled == 0) {
            throw new IllegalStateException("reading is not disabled");
        }
        readDisabled--;
        if (readDisabled > 0 || state != State.OPEN) {
            return;
        }
        // What is here comes first: with more from the socket each time, a reader that is stopped
        // again before it got anything would gather bytes without end.
        if (somethingToDeliver()) {
            deliverSoon();
        } else if (!readBufferFull) {
            goOnReading();
        }
    }

    private boolean somethingToDeliver() {
        return !readBuffer.isEmpty()
                || (wireIn != null && !wireIn.isEmpty())
                || (inputEnded && !inputEndDelivered);
    }

    private void deliverSoon() {
        if (deliverAsked) {
            return;
        }
        deliverAsked = true;
        Runnable task = deliverTask;
        if (task == null) {
            task = this::deliverNow;
            deliverTask = task;
        }
        loop.post(task);
    }

    private void deliverNow() {
        deliverAsked = false;
        if (readDisabled == 0) {
            deliver();
            if (readDisabled == 0 && !readBufferFull) {
                goOnReading();
            }
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
        data.moveTo(writeBuffer);
        outputEnded = endStream;
        askForEndOfRound();
        if (!aboveHighWatermark && bufferLimit > 0 && writeBuffer.length() > bufferLimit / 2) {
            checkWatermarks();
        }
    }

    private boolean filtersPass(int last, Buffer data, boolean endStream) {
        try {
            for (int index = last; index >= 0; index--) {
                NetworkOutcome outcome = filters[index].filter().onWrite(data, endStream);
                if (outcome == NetworkOutcome.STOP || notReading()) {
                    return false;
                }
            }
            return true;
        } catch (Throwable failure) {
            filterFailed(failure);
            return false;
        }
    }

    @Override
    public boolean startSecureTransport() {
        if (state != State.OPEN || transport == null || wireIn == null || wireOut == null) {
            return false;
        }
        if (transport.tls() == null) {
            transport.write(writeBuffer, wireOut, false);
        }
        if (!transport.startSecureTransport()) {
            return false;
        }
        if (!readBuffer.isEmpty()) {
            wireIn.moveTo(readBuffer);
            readBuffer.moveTo(wireIn);
        }
        if (!wireIn.isEmpty()) {
            deliverSoon();
        }
        askForEndOfRound();
        return true;
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
        Buffer out = writeBuffer;
        if (transport != null && wireOut != null) {
            out = wireOut;
            TransportSocket.Progress progress = transport.write(writeBuffer, out, outputEnded);
            if (progress == TransportSocket.Progress.FAILED) {
                sendSlices(out);
                transportFailed();
                return;
            }
        }
        sendSlices(out);
        if (state == State.CLOSED) {
            return;
        }
        if (buffered != null) {
            buffered.written(unsentBytes());
        }
        checkWatermarks();
        if (!out.isEmpty() || !writeBuffer.isEmpty()) {
            return; // the rest follows when the socket has caught up
        }
        if (state == State.CLOSING) {
            whenSent(this::closingFlushed);
        } else if (outputEnded && !outputEndAsked) {
            outputEndAsked = true;
            whenSent(this::endOutput);
        }
    }

    private void sendSlices(Buffer out) {
        if (out.isEmpty()) {
            return;
        }
        Slices slices = Slices.of(out);
        if (socketIsBehind()) {
            slices.tighten();
            return;
        }
        facts.sent(out.length());
        Channel.Unsafe socket = channel.unsafe();
        for (int count = slices.count(); count > 0; count--) {
            socket.write(slices.removeFirst(), channel.voidPromise());
        }
        socket.flush();
    }

    /// True if the peer reads so slowly that what is written now would only wait in the socket's
    /// queue. It waits here instead, where small pieces are joined, until the queue is empty.
    private boolean socketIsBehind() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        if (queue == null || queue.isEmpty()) {
            return false;
        }
        if (!behind) {
            behind = true;
            whenSent(this::caughtUp);
        }
        return true;
    }

    private void caughtUp() {
        behind = false;
        if (state != State.CLOSED) {
            askForEndOfRound();
        }
    }

    /// Runs `next` when the socket has taken all bytes; at once if it has.
    private void whenSent(Runnable next) {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        if (queue == null || queue.isEmpty()) {
            next.run();
            return;
        }
        ChannelPromise sent = channel.newPromise();
        sent.addListener(done -> {
            if (done.isSuccess()) {
                next.run();
            }
        });
        channel.unsafe().write(Unpooled.EMPTY_BUFFER, sent);
        channel.unsafe().flush();
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
        if (inputEndDelivered && outputEndAsked && unsentBytes() == 0) {
            end(ConnectionEvent.REMOTE_CLOSE);
        }
    }

    /// What waits to be written, ours and the socket's queue.
    @Override
    public long unsentBytes() {
        ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
        long queued = queue == null ? 0 : queue.totalPendingWriteBytes();
        return queued + writeBuffer.length() + (wireOut == null ? 0 : wireOut.length());
    }

    private void checkWatermarks() {
        if (bufferLimit == 0 || state == State.CLOSED) {
            return;
        }
        long unsent = unsentBytes();
        if (!aboveHighWatermark && unsent > bufferLimit) {
            aboveHighWatermark = true;
            tellWatermark();
        } else if (aboveHighWatermark && unsent <= bufferLimit / 2) {
            aboveHighWatermark = false;
            tellWatermark();
        }
    }

    private void tellWatermark() {
        try {
            boolean above = aboveHighWatermark;
            for (FilterSlot slot : filters) {
                if (above) {
                    slot.filter().onAboveWriteBufferHighWatermark();
                } else {
                    slot.filter().onBelowWriteBufferLowWatermark();
                }
            }
            watchers.tellWatermark(above);
        } catch (Throwable failure) {
            filterFailed(failure);
        }
    }

    @Override
    public boolean aboveHighWatermark() {
        return aboveHighWatermark;
    }

    @Override
    public int bufferLimit() {
        return bufferLimit;
    }

    @Override
    public void bufferLimit(int bytes) {
        if (bytes == bufferLimit && bytes != 0) {
            return;
        }
        bufferLimit = bytes;
        channel.config().setWriteBufferWaterMark(loop.waterMark(bytes));
        if (state == State.OPEN) {
            checkWatermarks();
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
        waitForPeer = delay;
        readDisabled = 0;
        goOnReading(); // and drop what comes, so that closing does not reset what the peer still
        // reads
        if (delayedCloseNanos > 0) {
            unsentAtLastLook = unsentBytes();
            Timer timer = loop.timer(this::delayedCloseOver);
            delayedCloseTimer = timer;
            timer.arm(delayedCloseNanos);
        }
        askForEndOfRound();
    }

    /// All is sent while closing: says so to the peer and, if asked to, waits for it (RFC 9112
    /// 9.6).
    private void closingFlushed() {
        if (state == State.CLOSED) {
            return;
        }
        if (!waitForPeer) {
            end(ConnectionEvent.LOCAL_CLOSE);
        } else if (!outputEndAsked) {
            outputEndAsked = true;
            shutDownOutput();
        }
    }

    /// Closes after a time without progress.
    private void delayedCloseOver() {
        long unsent = unsentBytes();
        if (unsent < unsentAtLastLook && delayedCloseTimer != null) {
            unsentAtLastLook = unsent;
            delayedCloseTimer.arm(delayedCloseNanos);
            return;
        }
        facts.localCloseReason("triggered_delayed_close_timeout");
        end(ConnectionEvent.LOCAL_CLOSE);
    }

    private void transportFailed() {
        String reason = transport == null ? null : transport.failureReason();
        transportFailed(reason == null ? "transport socket failed" : reason);
    }

    private void transportFailed(String reason) {
        if (state == State.CLOSED) {
            return;
        }
        facts.transportFailureReason(reason);
        if (transport != null && wireOut != null) {
            transport.write(writeBuffer, wireOut, true); // an alert for the peer
            sendSlices(wireOut);
        }
        end(ConnectionEvent.REMOTE_CLOSE);
    }

    /// A filter, a transport socket or a callback threw: a bug in an extension or in us, which must
    /// not touch any other connection.
    private void filterFailed(Throwable failure) {
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
        if (delayedCloseTimer != null) {
            delayedCloseTimer.disarm();
        }
        if (connectTimer != null) {
            connectTimer.disarm();
        }
        if (timers != null) {
            timers.forEach(Timer::disarm);
        }
        channel.unsafe().close(channel.voidPromise());
        try {
            raise(event);
        } catch (Throwable failure) {
            filterFailed(failure);
        }
        askForEndOfRound();
    }

    private void raise(ConnectionEvent event) {
        for (FilterSlot slot : filters) {
            slot.filter().onEvent(event);
        }
        watchers.tell(event);
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
                transport.onDestroy();
            } catch (Throwable failure) {
                filterFailed(failure);
            }
        }
        readBuffer.clear();
        writeBuffer.clear();
        if (wireIn != null) {
            wireIn.clear();
        }
        if (wireOut != null) {
            wireOut.clear();
        }
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
            for (FilterSlot slot : filters) {
                slot.filter().onDrain();
            }
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
    public WorkerLoop worker() {
        return loop;
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public void countBuffered(Gauge read, Gauge written) {
        if (buffered == null) {
            buffered = new BufferedBytes(read, written);
        }
    }

    @Override
    public void addCallbacks(Callbacks callbacks) {
        watchers.add(callbacks);
    }

    @Override
    public void removeCallbacks(Callbacks callbacks) {
        watchers.remove(callbacks);
    }

    @Override
    public String toString() {
        return facts.toString();
    }

    /// The connection as its transport socket sees it.
    private record TransportSide(
            SocketConnection connection,
            @Nullable String serverName,
            @Nullable String hostname,
            TransportOptions options)
            implements io.nuncio.spi.TransportSocketContext {
        @Override
        public ConnectionFacts info() {
            return connection.facts;
        }

        @Override
        public WorkerLoop worker() {
            return connection.loop;
        }

        @Override
        public void connected() {
            connection.raiseConnected();
        }

        @Override
        public void flush() {
            if (connection.state != State.CLOSED) {
                connection.askForEndOfRound();
            }
        }

        @Override
        public void readMore() {
            if (connection.state == State.OPEN) {
                connection.deliverSoon();
            }
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
}
