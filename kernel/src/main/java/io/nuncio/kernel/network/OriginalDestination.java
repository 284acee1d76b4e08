package io.nuncio.kernel.network;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Where the peer of an accepted socket meant to connect to, before netfilter redirected it.
/// Thread: the socket's loop.
public final class OriginalDestination {
    private static final int SOL_IP = 0;
    private static final int SOL_IPV6 = 41;
    private static final int SO_ORIGINAL_DST = 80; // of both levels
    private static final int SOCKADDR_IN = 16;
    private static final int SOCKADDR_IN6 = 28;
    private static final int AF_INET = 2;

    private static final RawUnixChannelOption V4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, SO_ORIGINAL_DST, SOCKADDR_IN);
    private static final RawUnixChannelOption V6 =
            new RawUnixChannelOption(
                    "IP6T_SO_ORIGINAL_DST", SOL_IPV6, SO_ORIGINAL_DST, SOCKADDR_IN6);

    private OriginalDestination() {}

    /// @return null if the system does not know, as of a connection that nobody redirected, or if
    ///   the engine's sockets cannot be asked
    public static @Nullable Address of(Channel channel) {
        if (!(channel.localAddress() instanceof InetSocketAddress local)) {
            return null;
        }
        try {
            ByteBuffer found =
                    channel.config()
                            .getOption(local.getAddress() instanceof Inet6Address ? V6 : V4);
            Address original = found == null ? null : read(found);
            if (original != null && !original.equals(Addresses.of(local))) {
                return original;
            }
        } catch (ChannelException unknown) {
            // Nobody redirected it, as far as the system knows.
        }
        return transparent(channel) ? Addresses.of(local) : null;
    }

    /// True if the socket has the address that the peer meant, though it may be none of ours
    /// (TPROXY).
    private static boolean transparent(Channel channel) {
        return channel instanceof EpollSocketChannel
                && channel.config().getOption(EpollChannelOption.IP_TRANSPARENT);
    }

    /// From a `sockaddr_in` or `sockaddr_in6`.
    static @Nullable Address read(ByteBuffer sockaddr) {
        int start = sockaddr.position();
        short family = sockaddr.order(ByteOrder.nativeOrder()).getShort(start);
        int port = sockaddr.order(ByteOrder.BIG_ENDIAN).getShort(start + 2) & 0xffff;
        byte[] address = new byte[family == AF_INET ? 4 : 16];
        sockaddr.get(start + (family == AF_INET ? 4 : 8), address);
        try {
            return new Address.Ip(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible); // only for a wrong number of bytes
        }
    }
}
