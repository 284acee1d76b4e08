package io.nuncio.proxyprotocol;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// A header of version 2: 12 bytes of signature, version and command, family and transport, length;
/// then the addresses and the TLVs.
final class V2Header {
    private static final int FIXED = 16;
    private static final int VERSION_2 = 2;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int INET = 1;
    private static final int INET6 = 2;
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;

    private V2Header() {}

    /// How many bytes follow the fixed ones.
    static int length(byte[] fixed) {
        return (fixed[14] & 0xff) << 8 | fixed[15] & 0xff;
    }

    /// True if it is one that is read here: local, or on behalf of an IP address.
    static boolean valid(byte[] fixed) {
        int command = fixed[12] & 0xf;
        if ((fixed[12] & 0xff) >> 4 != VERSION_2) {
            return false;
        }
        if (command == LOCAL) {
            return true;
        }
        int transport = fixed[13] & 0xf;
        int addresses = addressesLength(fixed);
        return command == PROXY
                && (transport == STREAM || transport == DATAGRAM)
                && addresses > 0
                && length(fixed) >= addresses;
    }

    private static int addressesLength(byte[] fixed) {
        return switch ((fixed[13] & 0xff) >> 4) {
            case INET -> 12;
            case INET6 -> 36;
            default -> 0;
        };
    }

    /// @param whole a valid header with all that follows
    /// @return null if an address is wrong
    static @Nullable ProxyHeader read(byte[] whole) {
        if ((whole[12] & 0xf) == LOCAL) {
            return ProxyHeader.local(whole.length);
        }
        int addresses = addressesLength(whole);
        int each = (addresses - 4) / 2;
        int ports = FIXED + 2 * each;
        Address.Ip source = address(whole, FIXED, each, ports);
        Address.Ip destination = address(whole, FIXED + each, each, ports + 2);
        return Addresses.unicast(source) && Addresses.unicast(destination)
                ? new ProxyHeader(whole.length, FIXED + addresses, source, destination)
                : null;
    }

    private static Address.Ip address(byte[] bytes, int from, int length, int port) {
        return Addresses.of(
                Arrays.copyOfRange(bytes, from, from + length),
                (bytes[port] & 0xff) << 8 | bytes[port + 1] & 0xff);
    }
}
