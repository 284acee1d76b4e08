package io.nuncio.proxyprotocol;

import io.nuncio.spi.Address;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/// IP addresses as headers have them.
final class Addresses {
    private static final int V4_BYTES = 4;

    private Addresses() {}

    /// @param bytes 4 or 16; an IPv4 address in IPv6 form stays one of IPv6
    static Address.Ip of(byte[] bytes, int port) {
        try {
            return new Address.Ip(
                    bytes.length == V4_BYTES
                            ? InetAddress.getByAddress(bytes)
                            : Inet6Address.getByAddress(null, bytes, -1),
                    port);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(wrongLength);
        }
    }

    /// The same address; an IPv4 address, which was written in IPv6 form, in that form again.
    static Address.Ip v6(Address.Ip address) {
        byte[] bytes = address.address().getAddress();
        if (bytes.length != V4_BYTES) {
            return address;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, 12, V4_BYTES);
        return of(mapped, address.port());
    }

    /// True for what a TCP connection can have.
    static boolean unicast(Address.Ip address) {
        InetAddress ip = address.address();
        return !ip.isAnyLocalAddress() && !ip.isMulticastAddress() && !broadcast(ip.getAddress());
    }

    private static boolean broadcast(byte[] bytes) {
        if (bytes.length != V4_BYTES) {
            return false;
        }
        for (byte each : bytes) {
            if (each != -1) {
                return false;
            }
        }
        return true;
    }
}
