package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.nuncio.kernel.network.Addresses;
import io.nuncio.spi.Problems;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.Arrays;

/// A range of IP addresses; the bits beyond the prefix are zero.
record Cidr(byte[] prefix, int length) {
    /// @return null if the message is wrong; that is reported
    static @Nullable Cidr from(CidrRange message, Problems problems) {
        InetAddress address = Addresses.parseIp(message.getAddressPrefix());
        if (address == null) {
            problems.at("address_prefix")
                    .expected("an IP address")
                    .found(message.getAddressPrefix());
            return null;
        }
        byte[] bytes = address.getAddress();
        int length = Math.min(message.getPrefixLen().getValue(), bytes.length * 8);
        for (int bit = length; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
        }
        return new Cidr(bytes, length);
    }

    boolean contains(byte[] address) {
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

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that
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
            return InetAddress.getByAddress(prefix).getHostAddress() + "/" + length;
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
