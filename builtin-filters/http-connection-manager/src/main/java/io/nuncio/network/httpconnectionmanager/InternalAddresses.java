package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/// Which addresses count as internal (`internal_address_config`); by default the private ranges of
/// RFC 1918, their IPv6 kin `fd00::/8`, and loopback.
///
/// @param ranges empty for the default
/// @param unixSockets true if Unix domain sockets count
record InternalAddresses(boolean byDefault, List<Range> ranges, boolean unixSockets) {
    InternalAddresses {
        ranges = List.copyOf(ranges);
    }

    /// An address prefix.
    record Range(byte[] prefix, int bits) {
        boolean contains(byte[] address) {
            if (address.length != prefix.length) {
                return false;
            }
            int whole = bits / 8;
            for (int i = 0; i < whole; i++) {
                if (address[i] != prefix[i]) {
                    return false;
                }
            }
            int rest = bits % 8;
            return rest == 0 || ((address[whole] ^ prefix[whole]) & 0xff) >>> (8 - rest) == 0;
        }
    }

    static InternalAddresses from(HttpConnectionManager message, Problems problems) {
        if (!message.hasInternalAddressConfig()) {
            return new InternalAddresses(true, List.of(), false);
        }
        HttpConnectionManager.InternalAddressConfig config = message.getInternalAddressConfig();
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < config.getCidrRangesCount(); i++) {
            CidrRange range = config.getCidrRanges(i);
            String field = "internal_address_config.cidr_ranges[" + i + "]";
            try {
                byte[] address = InetAddress.ofLiteral(range.getAddressPrefix()).getAddress();
                int bits = range.hasPrefixLen() ? range.getPrefixLen().getValue() : 0;
                if (bits > address.length * 8) {
                    problems.at(field + ".prefix_len")
                            .expected("at most " + address.length * 8)
                            .found(bits);
                } else {
                    ranges.add(new Range(address, bits));
                }
            } catch (IllegalArgumentException e) {
                problems.at(field + ".address_prefix")
                        .expected("an IP address")
                        .found(range.getAddressPrefix());
            }
        }
        return new InternalAddresses(false, ranges, config.getUnixSockets());
    }

    boolean contains(Address address) {
        if (!(address instanceof Address.Ip ip)) {
            return unixSockets && address instanceof Address.Pipe;
        }
        byte[] bytes = ip.address().getAddress();
        if (byDefault) {
            return isPrivate(bytes, ip.address());
        }
        for (Range range : ranges) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPrivate(byte[] bytes, InetAddress address) {
        if (bytes.length == 4) {
            int first = bytes[0] & 0xff;
            int second = bytes[1] & 0xff;
            return first == 10
                    || first == 172 && second >= 16 && second <= 31
                    || first == 192 && second == 168
                    || first == 127 && second == 0 && bytes[2] == 0 && bytes[3] == 1;
        }
        return (bytes[0] & 0xff) == 0xfd || address.isLoopbackAddress();
    }
}
