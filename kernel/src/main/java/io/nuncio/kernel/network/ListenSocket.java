package io.nuncio.kernel.network;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.NetUtil;
import io.nuncio.spi.Address;
import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/// A listening socket of one loop: bound at once, accepting once it is told to.
///
/// Made by a listener on the main thread; all methods may be called from there. What is accepted is
/// handed over on the loop it belongs to.
public final class ListenSocket {
    private static final Logger LOG = LoggerFactory.getLogger("connection");
    private static final ChannelOption<Integer> IPV6_V6ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);
    private static final Address NO_PIPE = new Address.Ip(InetAddress.getLoopbackAddress(), 0);
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final WorkerLoop loop;
    private final ServerChannel channel;
    private final Address address;

    private ListenSocket(WorkerLoop loop, ServerChannel channel, Address address) {
        this.loop = loop;
        this.channel = channel;
        this.address = address;
    }

    /// Binds and listens; connections wait in the system's queue until [#accept]. Waits for the
    /// loop, so not to be called on it.
    public static ListenSocket bind(WorkerLoop loop, Address address, ListenOptions options)
            throws BindFailure {
        IoEngine engine = loop.engine();
        if (!options.options().isEmpty() && !engine.supportsSocketOptions()) {
            throw new BindFailure(address, engine + " sockets do not take socket options");
        }
        deleteOldPipe(address);
        ServerChannel made = engine.newServerChannel(address);
        ServerChannel channel = made;
        try {
            configure(made.config(), address, options, engine);
            SocketOptions.set(made.config(), options.options(), SocketState.STATE_PREBIND, address);
            if (SocketOptions.any(options.options(), SocketState.STATE_BOUND)) {
                channel = listenInSteps(made, address, options, loop);
            } else {
                listen(made, address, loop);
            }
            SocketOptions.set(
                    channel.config(), options.options(), SocketState.STATE_LISTENING, address);
            setMode(address);
        } catch (BindFailure failure) {
            close(channel);
            throw failure;
        }
        Address bound =
                address instanceof Address.Ip ? Addresses.of(channel.localAddress()) : address;
        return new ListenSocket(loop, channel, bound);
    }

    private static void listen(ServerChannel channel, Address address, WorkerLoop loop)
            throws BindFailure {
        ChannelFuture done = loop.eventLoop().register(channel).awaitUninterruptibly();
        if (done.isSuccess()) {
            done = channel.bind(Addresses.toSocket(address, loop.engine())).awaitUninterruptibly();
        }
        Throwable failure = done.cause();
        if (failure != null) {
            throw new BindFailure(address, Connector.systemReason(failure));
        }
    }

    /// Netty binds and listens at once; where something is to be set between the two, the socket is
    /// made to listen before Netty gets it.
    ///
    /// @param made not registered yet; its file descriptor goes over to the result
    private static ServerChannel listenInSteps(
            ServerChannel made, Address address, ListenOptions options, WorkerLoop loop)
            throws BindFailure {
        int descriptor = ((UnixChannel) made).fd().intValue();
        Socket socket = new Socket(descriptor);
        try {
            socket.bind(Addresses.toSocket(address, loop.engine()));
            SocketOptions.set(made.config(), options.options(), SocketState.STATE_BOUND, address);
            socket.listen(backlog(options));
        } catch (IOException failure) {
            throw new BindFailure(address, Connector.systemReason(failure));
        }
        ServerChannel channel = loop.engine().adoptServerChannel(descriptor, address);
        channel.config().setAutoRead(false);
        acceptsPerEvent(channel.config(), options);
        loop.eventLoop().register(channel).syncUninterruptibly();
        return channel;
    }

    private static void close(ServerChannel channel) {
        if (channel.isRegistered()) {
            channel.close();
        } else {
            channel.unsafe().closeForcibly();
        }
    }

    /// Makes a socket of a file descriptor that listens already; it is closed with this object.
    public static ListenSocket adopt(WorkerLoop loop, int descriptor, ListenOptions options) {
        ServerChannel channel = loop.engine().adoptServerChannel(descriptor, NO_PIPE);
        ChannelConfig config = channel.config();
        config.setAutoRead(false);
        acceptsPerEvent(config, options);
        loop.eventLoop().register(channel).syncUninterruptibly();
        return new ListenSocket(loop, channel, Addresses.of(channel.localAddress()));
    }

    private static void configure(
            ChannelConfig config, Address address, ListenOptions options, IoEngine engine) {
        config.setAutoRead(false);
        acceptsPerEvent(config, options);
        config.setOption(ChannelOption.SO_BACKLOG, backlog(options));
        if (!(address instanceof Address.Ip ip)) {
            return;
        }
        config.setOption(ChannelOption.SO_REUSEADDR, true);
        if (engine == IoEngine.NIO) {
            return;
        }
        config.setOption(UnixChannelOption.SO_REUSEPORT, options.reusePort());
        if (ip.v6()) {
            config.setOption(IPV6_V6ONLY, options.ipv4Compat() ? 0 : 1);
        }
    }

    private static int backlog(ListenOptions options) {
        return options.backlog() == 0 ? NetUtil.SOMAXCONN : options.backlog();
    }

    private static void acceptsPerEvent(ChannelConfig config, ListenOptions options) {
        MaxMessagesRecvByteBufAllocator reads = config.getRecvByteBufAllocator();
        reads.maxMessagesPerRead(
                options.acceptsPerEvent() == 0 ? Integer.MAX_VALUE : options.acceptsPerEvent());
    }

    /// As Envoy does, takes the place of a socket file that was left behind.
    private static void deleteOldPipe(Address address) throws BindFailure {
        if (address instanceof Address.Pipe pipe && !pipe.path().startsWith("@")) {
            try {
                Files.deleteIfExists(Path.of(pipe.path()));
            } catch (IOException failure) {
                throw new BindFailure(address, String.valueOf(failure.getMessage()));
            }
        }
    }

    private static void setMode(Address address) throws BindFailure {
        if (!(address instanceof Address.Pipe pipe) || pipe.mode() == 0) {
            return;
        }
        try {
            Files.setPosixFilePermissions(Path.of(pipe.path()), permissions(pipe.mode()));
        } catch (IOException failure) {
            throw new BindFailure(address, String.valueOf(failure.getMessage()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] fromOwnerReadOn = PosixFilePermission.values();
        for (int bit = 0; bit < fromOwnerReadOn.length; bit++) {
            if ((mode & (0400 >> bit)) != 0) {
                permissions.add(fromOwnerReadOn[bit]);
            }
        }
        return permissions;
    }

    /// Where the socket listens, with the port that the system chose if it was 0.
    public Address address() {
        return address;
    }

    public WorkerLoop loop() {
        return loop;
    }

    /// The file descriptor, for handing the socket to another process.
    ///
    /// @throws IllegalStateException if the engine has none to show
    public int descriptor() {
        if (channel instanceof UnixChannel unix) {
            return unix.fd().intValue();
        }
        throw new IllegalStateException(loop.engine() + " shows no file descriptors");
    }

    /// Begins to accept.
    public void accept(Acceptor acceptor) {
        accept(acceptor, () -> {});
    }

    /// Begins to accept, or hands everything that is accepted from now on to another.
    ///
    /// @param done run on the loop, when the acceptor is in charge
    public void accept(Acceptor acceptor, Runnable done) {
        loop.post(() -> {
            AcceptHandler before = channel.pipeline().get(AcceptHandler.class);
            if (before == null) {
                channel.pipeline().addLast(new AcceptHandler(this, acceptor));
                channel.config().setAutoRead(true);
            } else {
                before.acceptor = acceptor;
            }
            done.run();
        });
    }

    /// Stops listening: new connections are refused, those that waited are reset.
    public void close() {
        channel.close();
    }

    /// The same.
    ///
    /// @param done run on the loop, when connections are refused
    public void close(Runnable done) {
        channel.close().addListener(_ -> done.run());
    }

    /// Gives an accepted socket to the loop that shall own it, and registers it there.
    private void adopt(WorkerLoop owner, Channel accepted, Acceptor acceptor) {
        if (owner != loop) {
            if (!owner.post(() -> register(owner, accepted, acceptor))) {
                accepted.unsafe().closeForcibly();
            }
            return;
        }
        register(owner, accepted, acceptor);
    }

    private void register(WorkerLoop owner, Channel accepted, Acceptor acceptor) {
        SocketHandler handler = new SocketHandler(SocketEvents.IGNORE);
        accepted.config().setRecvByteBufAllocator(new ReadSizes(handler));
        accepted.pipeline().addLast(handler);
        if (address instanceof Address.Ip) {
            accepted.config().setOption(ChannelOption.TCP_NODELAY, true);
        }
        ChannelFuture registered = owner.eventLoop().register(accepted);
        if (registered.cause() != null) {
            LOG.warn("{}: cannot take a connection: {}", address, registered.cause().getMessage());
            return;
        }
        Address local = wildcard() ? null : address;
        ConnectionFacts facts =
                new ConnectionFacts(accepted, owner.nextConnectionId(), local, null);
        acceptor.accepted(new AcceptedChannel(owner, accepted, handler, facts));
    }

    private boolean wildcard() {
        return address instanceof Address.Ip ip && ip.address().isAnyLocalAddress();
    }

    /// Takes what a listening socket accepts.
    public interface Acceptor {
        /// The loop that shall own the next connection; by default the one that accepted it.
        default WorkerLoop owner(WorkerLoop acceptedOn) {
            return acceptedOn;
        }

        /// Thread: the loop that owns the socket.
        void accepted(AcceptedChannel socket);

        /// So many were accepted at once. Thread: the listening socket's loop.
        default void acceptedInRound(int count) {}
    }

    private static final class AcceptHandler extends ChannelInboundHandlerAdapter {
        private final ListenSocket socket;
        private Acceptor acceptor;
        private int inRound;
        private @Nullable Timer pause;

        AcceptHandler(ListenSocket socket, Acceptor acceptor) {
            this.socket = socket;
            this.acceptor = acceptor;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof Channel accepted) {
                inRound++;
                socket.adopt(acceptor.owner(socket.loop), accepted, acceptor);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            acceptor.acceptedInRound(inRound);
            inRound = 0;
        }

        /// Accepting fails mostly for want of file descriptors: waits a little for better times
        /// rather than failing again at once.
        @Override
        @SuppressWarnings("deprecation") // only its declaration in ChannelHandler is deprecated
        public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
            LOG.warn("{}: cannot accept: {}", socket.address, failure.getMessage());
            socket.channel.config().setAutoRead(false);
            Timer timer = pause;
            if (timer == null) {
                timer = socket.loop.timer(() -> socket.channel.config().setAutoRead(true));
                pause = timer;
            }
            timer.arm(PAUSE_NANOS);
        }
    }
}
