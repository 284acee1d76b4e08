package io.nuncio.kernel.network;

import io.envoyproxy.envoy.config.core.v3.SocketOption.SocketState;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.uring.IoUringChannelOption;
import io.nuncio.spi.Address;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.Connection;

import jdk.net.ExtendedSocketOptions;

import org.jspecify.annotations.Nullable;

import java.net.SocketAddress;

/// Opens upstream connections on the calling loop.
public final class Connector {
    /// This side's address of a connection within the process, as in Envoy.
    private static final Address INTERNAL_CLIENT =
            new Address.Internal("internal_client_address", "");

    private Connector() {}

    /// Begins to connect. The result is [Connection.State#CONNECTING]; how it goes on is told to
    /// its callbacks, never before this method has returned:
    /// [io.nuncio.spi.ConnectionEvent#CONNECTED], or a close with
    /// [ConnectionFacts#transportFailureReason] or [SocketConnection#connectTimedOut].
    ///
    /// Thread: the loop's.
    public static SocketConnection connect(
            WorkerLoop loop, Address remote, ConnectOptions options, ConnectionOwner owner) {
        if (remote instanceof Address.Internal internal) {
            return connect(loop, internal, options, owner);
        }
        IoEngine engine = loop.engine();
        SocketAddress target = Addresses.toSocket(remote, engine);
        Channel channel = engine.newChannel(remote);
        LocalAddresses.Local local = options.local().to(remote);
        configure(channel.config(), remote, options, local, engine);
        SocketConnection connection = begin(loop, channel, null, remote, options, owner);
        try {
            SocketOptions.set(channel.config(), local.options(), SocketState.STATE_PREBIND, remote);
            connect(loop, channel, connection, target, local.address());
        } catch (BindFailure refused) {
            loop.post(() -> connection.connectFailed(String.valueOf(refused.getMessage())));
        }
        return connection;
    }

    /// To a listener of this process, on the same loop.
    private static SocketConnection connect(
            WorkerLoop loop,
            Address.Internal remote,
            ConnectOptions options,
            ConnectionOwner owner) {
        InternalListeners listeners = loop.internalListeners();
        ListenSocket.Acceptor acceptor = listeners.find(remote.listener(), loop);
        InternalChannel.Pair pair = InternalChannel.pair(listeners.bufferLimit());
        SocketConnection connection =
                begin(loop, pair.client(), INTERNAL_CLIENT, remote, options, owner);
        if (acceptor == null) {
            loop.post(() ->
                    connection.connectFailed(
                            "immediate connect error: no internal listener is called `"
                                    + remote.listener()
                                    + "`"));
        } else {
            loop.post(() -> {
                if (!pair.client().isOpen()) {
                    return; // whoever connects has thought better of it
                }
                accept(loop, pair.server(), remote, acceptor);
                connection.socketConnected();
            });
        }
        return connection;
    }

    private static void accept(
            WorkerLoop loop,
            InternalChannel channel,
            Address.Internal local,
            ListenSocket.Acceptor acceptor) {
        SocketHandler handler = new SocketHandler(SocketEvents.IGNORE);
        channel.config().setRecvByteBufAllocator(new ReadSizes(handler));
        channel.pipeline().addLast(handler);
        loop.eventLoop().register(channel);
        ConnectionFacts facts =
                new ConnectionFacts(channel, loop.nextConnectionId(), local, INTERNAL_CLIENT);
        facts.markHandedOver(); // nobody else can be meant
        acceptor.accepted(new AcceptedChannel(loop, channel, handler, facts));
    }

    /// Makes the connection of a channel that is not connected yet.
    private static SocketConnection begin(
            WorkerLoop loop,
            Channel channel,
            @Nullable Address local,
            Address remote,
            ConnectOptions options,
            ConnectionOwner owner) {
        ConnectionFacts facts =
                new ConnectionFacts(channel, loop.nextConnectionId(), local, remote);
        SocketConnection connection =
                new SocketConnection(
                        loop,
                        channel,
                        facts,
                        owner,
                        Connection.State.CONNECTING,
                        options.bufferLimit());
        SocketHandler handler = new SocketHandler(connection);
        channel.config().setRecvByteBufAllocator(new ReadSizes(handler));
        channel.pipeline().addLast(handler);
        loop.eventLoop().register(channel);
        connection.start(
                options.filters(),
                options.transport(),
                options.serverName(),
                options.host(),
                options.transportOptions(),
                new Buffer());
        if (options.connectTimeoutNanos() > 0) {
            connection.connectTimeout(options.connectTimeoutNanos(), "connect_timeout");
        }
        return connection;
    }

    private static void connect(
            WorkerLoop loop,
            Channel channel,
            SocketConnection connection,
            SocketAddress target,
            Address.@Nullable Ip local) {
        ChannelPromise done = channel.newPromise();
        if (local == null) {
            channel.connect(target, done);
        } else {
            channel.connect(target, Addresses.toSocket(local, loop.engine()), done);
        }
        if (done.isDone()) {
            loop.post(() -> connected(done, connection));
        } else {
            done.addListener(whenDone -> connected(done, connection));
        }
    }

    private static void connected(ChannelFuture done, SocketConnection connection) {
        Throwable failure = done.cause();
        if (failure == null) {
            connection.socketConnected();
        } else {
            connection.connectFailed("delayed connect error: " + systemReason(failure));
        }
    }

    /// The system's words for an error out of Netty's sentence about it: `finishConnect(..) failed
    /// with error(-111): Connection refused: /127.0.0.1:1`.
    static String systemReason(Throwable failure) {
        String message = failure.getMessage();
        if (message == null) {
            return failure.getClass().getSimpleName();
        }
        int call = message.indexOf(" failed");
        int start = call < 0 ? 0 : message.indexOf(": ", call) + 2;
        int end = message.indexOf(": ", start);
        return end < 0 ? message.substring(start) : message.substring(start, end);
    }

    private static void configure(
            ChannelConfig config,
            Address remote,
            ConnectOptions options,
            LocalAddresses.Local local,
            IoEngine engine) {
        config.setConnectTimeoutMillis(0); // our own timer does it
        if (!(remote instanceof Address.Ip)) {
            return;
        }
        config.setOption(ChannelOption.TCP_NODELAY, true);
        if (local.address() != null) {
            config.setOption(ChannelOption.SO_REUSEADDR, true);
        }
        ConnectOptions.Keepalive keepalive = options.keepalive();
        if (keepalive != null) {
            keepAlive(config, keepalive, engine);
        }
    }

    private static void keepAlive(
            ChannelConfig config, ConnectOptions.Keepalive keepalive, IoEngine engine) {
        config.setOption(ChannelOption.SO_KEEPALIVE, true);
        set(config, keepCount(engine), keepalive.probes());
        set(config, keepIdle(engine), keepalive.idleSeconds());
        set(config, keepInterval(engine), keepalive.intervalSeconds());
    }

    private static void set(ChannelConfig config, ChannelOption<Integer> option, int value) {
        if (value > 0) {
            config.setOption(option, value);
        }
    }

    private static ChannelOption<Integer> keepCount(IoEngine engine) {
        return switch (engine) {
            case EPOLL -> EpollChannelOption.TCP_KEEPCNT;
            case IO_URING -> IoUringChannelOption.TCP_KEEPCNT;
            case NIO -> NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT);
        };
    }

    private static ChannelOption<Integer> keepIdle(IoEngine engine) {
        return switch (engine) {
            case EPOLL -> EpollChannelOption.TCP_KEEPIDLE;
            case IO_URING -> IoUringChannelOption.TCP_KEEPIDLE;
            case NIO -> NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);
        };
    }

    private static ChannelOption<Integer> keepInterval(IoEngine engine) {
        return switch (engine) {
            case EPOLL -> EpollChannelOption.TCP_KEEPINTVL;
            case IO_URING -> IoUringChannelOption.TCP_KEEPINTVL;
            case NIO -> NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL);
        };
    }
}
