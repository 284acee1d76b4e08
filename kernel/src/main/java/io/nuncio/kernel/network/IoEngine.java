package io.nuncio.kernel.network;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDomainSocketChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.nio.channels.spi.SelectorProvider;

/// How the loops wait for sockets.
public enum IoEngine {
    /// Linux epoll through Netty's native library; the default where it loads.
    EPOLL {
        @Override
        @Nullable Throwable obstacle() {
            return Epoll.unavailabilityCause();
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return EpollIoHandler.newFactory();
        }

        @Override
        IoRegistration registration(IoRegistration made) {
            return new KeptRegistration(made);
        }

        @Override
        ServerChannel newServerChannel(Address local) {
            return local instanceof Address.Pipe
                    ? new EpollServerDomainSocketChannel()
                    : new EpollServerSocketChannel(family(local));
        }

        @Override
        ServerChannel adoptServerChannel(int descriptor, Address local) {
            return local instanceof Address.Pipe
                    ? new EpollServerDomainSocketChannel(descriptor)
                    : new EpollServerSocketChannel(descriptor);
        }

        @Override
        Channel newChannel(Address remote) {
            return remote instanceof Address.Pipe
                    ? new EpollDomainSocketChannel()
                    : new EpollSocketChannel(family(remote));
        }
    },

    /// Linux io_uring; only by choice, since it has saved nothing with the codec that parses in
    /// place.
    IO_URING {
        @Override
        @Nullable Throwable obstacle() {
            return IoUring.unavailabilityCause();
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return IoUringIoHandler.newFactory();
        }

        @Override
        ServerChannel newServerChannel(Address local) {
            return local instanceof Address.Pipe
                    ? new IoUringServerDomainSocketChannel()
                    : new IoUringServerSocketChannel();
        }

        @Override
        Channel newChannel(Address remote) {
            return remote instanceof Address.Pipe
                    ? new IoUringDomainSocketChannel()
                    : new IoUringSocketChannel();
        }
    },

    /// The JDK's selector; the fallback. No SO_REUSEPORT, and no adopted file descriptors.
    NIO {
        @Override
        @Nullable Throwable obstacle() {
            return null;
        }

        @Override
        IoHandlerFactory ioHandlers() {
            return NioIoHandler.newFactory();
        }

        @Override
        ServerChannel newServerChannel(Address local) {
            return local instanceof Address.Pipe
                    ? new NioServerDomainSocketChannel()
                    : new NioServerSocketChannel(SelectorProvider.provider(), family(local));
        }

        @Override
        Channel newChannel(Address remote) {
            return remote instanceof Address.Pipe
                    ? new NioDomainSocketChannel()
                    : new NioSocketChannel(SelectorProvider.provider(), family(remote));
        }
    };

    /// Epoll where it is available, else NIO.
    public static IoEngine preferred() {
        return EPOLL.available() ? EPOLL : NIO;
    }

    public boolean available() {
        return obstacle() == null;
    }

    /// Why the engine cannot be used here, in words for an operator; null if it can.
    public @Nullable String unavailableBecause() {
        Throwable obstacle = obstacle();
        return obstacle == null ? null : String.valueOf(obstacle.getMessage());
    }

    /// True if several sockets of this process can be bound to one address, so that the kernel
    /// spreads new connections over the workers.
    public boolean supportsReusePort() {
        return this != NIO;
    }

    /// True if options can be set on sockets that have no name here: by level, name and bytes.
    public boolean supportsSocketOptions() {
        return this != NIO;
    }

    /// True if something can be done to a socket after it is bound and before it listens.
    public boolean listensInSteps() {
        return this == EPOLL;
    }

    /// True if Unix sockets may live in the abstract name space.
    public boolean supportsAbstractPipes() {
        return this != NIO;
    }

    private static SocketProtocolFamily family(Address address) {
        return address instanceof Address.Ip ip && ip.v6()
                ? SocketProtocolFamily.INET6
                : SocketProtocolFamily.INET;
    }

    abstract @Nullable Throwable obstacle();

    abstract IoHandlerFactory ioHandlers();

    /// What stands between a socket and its registration, the registration itself if nothing does.
    IoRegistration registration(IoRegistration made) {
        return made;
    }

    /// A socket that is not bound yet.
    abstract ServerChannel newServerChannel(Address local);

    /// A channel for a socket that listens already, such as one that another process handed over.
    ///
    /// @param local of the family of the socket's own address
    /// @throws IllegalArgumentException if the engine cannot
    ServerChannel adoptServerChannel(int descriptor, Address local) {
        throw new IllegalArgumentException(
                name() + " cannot adopt a socket by its file descriptor; use EPOLL");
    }

    /// A socket that is not connected yet.
    abstract Channel newChannel(Address remote);
}
