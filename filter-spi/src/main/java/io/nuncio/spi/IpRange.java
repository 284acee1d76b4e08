package io.nuncio.spi;

import io.envoyproxy.envoy.config.core.v3.CidrRange;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Arrays;

/// A range of IP addresses, such as `10.0.0.0/8`. Immutable; any thread.
public final class IpRange {
    private final byte[] prefix;
    private final int length;

    private IpRange(byte[] prefix, int length) {
        this.prefix = prefix;
        this.length = length;
    }

    /// The addresses that share the first bits of `address`.
    ///
    /// @param length how many bits, 0 for every address of that version; more than the address has
    ///   means all of them
    public static IpRange of(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        int bits = Math.min(length, bytes.length * 8);
        for (int bit = bits; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new IpRange(bytes, bits);
    }

    /// The range of a message.
    ///
    /// @return null if it is wrong; that is reported
    public static @Nullable IpRange of(CidrRange message, Problems problems) {
        return of(message.getAddressPrefix(), message.getPrefixLen().getValue(), problems);
    }

    /// The range of xDS' own message of that name.
    ///
    /// @return null if it is wrong; that is reported
    public static @Nullable IpRange of(
            com.github.xds.core.v3.CidrRange message, Problems problems) {
        return of(message.getAddressPrefix(), message.getPrefixLen().getValue(), problems);
    }

    private static @Nullable IpRange of(String prefix, int length, Problems problems) {
        Address.Ip address = Address.Ip.parse(prefix, 0);
        if (address == null) {
            problems.at("address_prefix").expected("an IP address").found(prefix);
            return null;
        }
        return of(address.address(), length);
    }

    public boolean contains(InetAddress address) {
        return contains(address.getAddress());
    }

    /// @param address 4 or 16 bytes; anything else is in no range
    public boolean contains(byte[] address) {
        if (address.length != prefix.length) {
            return false;
        }
        int whole = length / 8;
        for (int index = 0; index < whole; index++) {
            if (address[index] != prefix[index]) {
                return false;
            }
        }
        int rest = length % 8;
        return rest == 0 || ((address[whole] ^ prefix[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    /// How many bits of an address count.
    public int length() {
        return length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpRange that
                && that.length == length
                && Arrays.equals(that.prefix, prefix);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(prefix) * 31 + length;
    }

    @Override
    public String toString() {
        try {
            return new Address.Ip(InetAddress.getByAddress(prefix), 0).host() + "/" + length;
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
