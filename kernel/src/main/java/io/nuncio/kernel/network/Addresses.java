package io.nuncio.kernel.network;

import io.netty.channel.unix.DomainSocketAddress;
import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;

/// Between our addresses and those of the sockets.
public final class Addresses {
    private static final Address NAMELESS = new Address.Pipe("", 0);

    /// What an IPv4 address begins with that is written as an IPv6 one.
    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

    private Addresses() {}

    /// The address of a socket. The peer of a Unix socket usually has none: an empty path.
    public static Address of(@Nullable SocketAddress address) {
        return switch (address) {
            case InetSocketAddress ip -> new Address.Ip(unmapped(ip.getAddress()), ip.getPort());
            case DomainSocketAddress pipe -> pipe(pipe.path());
            case UnixDomainSocketAddress pipe -> pipe(pipe.getPath().toString());
            case null, default -> NAMELESS;
        };
    }

    /// An IPv4 peer of an IPv6 socket is shown as what it is, as Envoy does.
    private static InetAddress unmapped(InetAddress address) {
        if (!(address instanceof Inet6Address)) {
            return address;
        }
        byte[] bytes = address.getAddress();
        for (int index = 0; index < MAPPED.length; index++) {
            if (bytes[index] != MAPPED[index]) {
                return address;
            }
        }
        try {
            return InetAddress.getByAddress(bytes); // makes an IPv4 address of a mapped one
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible); // only for a wrong number of bytes
        }
    }

    private static Address pipe(String path) {
        if (path.isEmpty()) {
            return NAMELESS;
        }
        return new Address.Pipe(path.charAt(0) == 0 ? "@" + path.substring(1) : path, 0);
    }

    /// What the engine's sockets are bound or connected to.
    ///
    /// @throws IllegalArgumentException for an internal address, which no socket has
    public static SocketAddress toSocket(Address address, IoEngine engine) {
        return switch (address) {
            case Address.Ip ip -> new InetSocketAddress(ip.address(), ip.port());
            case Address.Pipe pipe -> toSocket(pipe.path(), engine);
            case Address.Internal internal ->
                    throw new IllegalArgumentException(internal + " is not a socket's address");
        };
    }

    private static SocketAddress toSocket(String path, IoEngine engine) {
        if (engine == IoEngine.NIO) {
            return UnixDomainSocketAddress.of(path);
        }
        return new DomainSocketAddress(path.startsWith("@") ? "\0" + path.substring(1) : path);
    }

    /// An IP address from digits; names are not looked up.
    ///
    /// @return null if it is not an IP address
    public static @Nullable InetAddress parseIp(String digits) {
        Address.Ip address = Address.Ip.parse(digits, 0);
        return address == null ? null : address.address();
    }
}
