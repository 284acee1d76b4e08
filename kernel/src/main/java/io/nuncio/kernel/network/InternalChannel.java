package io.nuncio.kernel.network;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.nuncio.spi.PassthroughState;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/// One end of a connection within the process, to an internal listener: what is written at one end
/// is handed to the other as it is, without a copy and without the system.
///
/// An end that does not read keeps at most as many bytes as the limit, and one piece more; the rest
/// waits with the writer, as behind a full socket. Both ends belong to one loop; nothing here calls
/// the other end's handlers within its own.
final class InternalChannel extends AbstractChannel implements DuplexChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final Config config = new Config(this);
    private final int limit;
    private final Deque<ByteBuf> arrived = new ArrayDeque<>();
    private @Nullable InternalChannel peer;
    private @Nullable PassthroughState passedOn;
    private long arrivedBytes;
    private boolean open = true;
    private boolean readWanted;
    private boolean readPosted;
    private boolean peerWaits;
    private boolean peerEnded;
    private boolean inputEnded;
    private boolean outputEnded;

    private InternalChannel(int limit) {
        super(null);
        this.limit = limit;
    }

    /// Two ends, connected to each other; both must be registered with the same loop.
    record Pair(InternalChannel client, InternalChannel server) {}

    /// @param limit how many bytes may wait at an end that does not read
    static Pair pair(int limit) {
        InternalChannel client = new InternalChannel(limit);
        InternalChannel server = new InternalChannel(limit);
        client.peer = server;
        server.peer = client;
        return new Pair(client, server);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setSuccess(); // it is since it was made
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return null;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {}

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    /// Says what the other end begins with.
    void passOn(PassthroughState state) {
        InternalChannel to = peer;
        if (to != null) {
            to.passedOn = state;
        }
    }

    /// What the other end said, null if nothing.
    @Nullable PassthroughState passedOn() {
        return passedOn;
    }

    // Writing.

    @Override
    protected void doWrite(ChannelOutboundBuffer out) throws IOException {
        while (out.current() instanceof ByteBuf bytes) {
            InternalChannel to = peer;
            if (to == null || to.inputEnded) {
                throw new IOException("Broken pipe");
            }
            if (to.arrivedBytes >= limit) {
                to.peerWaits = true;
                return;
            }
            if (bytes.isReadable()) {
                to.arrived.add(bytes.retain());
                to.arrivedBytes += bytes.readableBytes();
                to.readSoon();
            }
            out.remove();
        }
    }

    private void writeOn() {
        if (open && unsafe().outboundBuffer() != null) {
            unsafe().flush();
        }
    }

    @Override
    protected void doShutdownOutput() {
        outputEnded = true;
        InternalChannel to = peer;
        if (to != null) {
            to.peerEnded = true;
            to.readSoon();
        }
    }

    // Reading.

    @Override
    protected void doBeginRead() {
        readWanted = true;
        readSoon();
    }

    private void readSoon() {
        boolean something = !arrived.isEmpty() || (peerEnded && !inputEnded);
        if (open && readWanted && something && !readPosted && isRegistered()) {
            readPosted = true;
            eventLoop().execute(this::read0);
        }
    }

    private void read0() {
        readPosted = false;
        if (!open || !readWanted) {
            return;
        }
        readWanted = false;
        if (!arrived.isEmpty()) {
            readArrived(); // the end comes with the next read, if there is one
        } else if (peerEnded && !inputEnded) {
            endInput();
        }
    }

    private void readArrived() {
        RecvByteBufAllocator.Handle sizes = unsafe().recvBufAllocHandle();
        sizes.reset(config);
        do {
            ByteBuf next = arrived.removeFirst();
            int bytes = next.readableBytes();
            arrivedBytes -= bytes;
            sizes.attemptedBytesRead(bytes);
            sizes.lastBytesRead(bytes);
            pipeline().fireChannelRead(next);
        } while (open && !arrived.isEmpty() && sizes.continueReading());
        InternalChannel from = peer;
        if (peerWaits && arrivedBytes <= limit / 2 && from != null) {
            peerWaits = false;
            eventLoop().execute(from::writeOn);
        }
        sizes.readComplete();
        pipeline().fireChannelReadComplete();
    }

    /// As a socket does: with half-closure the end is told, without it the channel closes.
    private void endInput() {
        inputEnded = true;
        if (config.halfClosure) {
            pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        } else {
            unsafe().close(voidPromise());
        }
    }

    // The end.

    @Override
    protected void doClose() {
        if (!open) {
            return;
        }
        open = false;
        arrived.forEach(ByteBuf::release);
        arrived.clear();
        arrivedBytes = 0;
        InternalChannel other = peer;
        peer = null;
        if (other != null) {
            other.peer = null;
            other.peerEnded = true;
            other.readSoon();
            if (other.isRegistered()) {
                other.eventLoop().execute(other::writeOn); // what waits there goes nowhere
            }
        }
    }

    @Override
    public boolean isInputShutdown() {
        return inputEnded;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputEnded;
    }

    @Override
    public boolean isShutdown() {
        return inputEnded && outputEnded;
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        inputEnded = true;
        return promise.setSuccess();
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        ((AbstractUnsafe) unsafe()).shutdownOutput(promise);
        return promise;
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        inputEnded = true;
        return shutdownOutput(promise);
    }

    /// Knows half-closure besides what every channel knows.
    private static final class Config extends DefaultChannelConfig {
        private final InternalChannel end;
        private boolean halfClosure;

        Config(InternalChannel end) {
            super(end);
            this.end = end;
        }

        @Override
        public <T> boolean setOption(ChannelOption<T> option, T value) {
            if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
                halfClosure = (Boolean) value;
                return true;
            }
            return super.setOption(option, value);
        }

        @Override
        protected void autoReadCleared() {
            end.readWanted = false;
        }
    }
}
