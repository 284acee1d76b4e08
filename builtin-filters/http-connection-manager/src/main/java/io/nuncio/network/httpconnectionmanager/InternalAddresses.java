package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.List;

/// Which addresses count as internal (`internal_address_config`); by default none.
///
/// @param unixSockets true if Unix domain sockets count
record InternalAddresses(List<Range> ranges, boolean unixSockets) {
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
        HttpConnectionManager.InternalAddressConfig config = message.getInternalAddressConfig();
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < config.getCidrRangesCount(); i++) {
            CidrRange range = config.getCidrRanges(i);
            String field = "internal_address_config.cidr_ranges[" + i + "]";
            Address.Ip prefix = ForwardedFor.literal(range.getAddressPrefix());
            if (prefix == null) {
                problems.at(field + ".address_prefix")
                        .expected("an IP address")
                        .found(range.getAddressPrefix());
                continue;
            }
            byte[] address = prefix.address().getAddress();
            int bits = range.hasPrefixLen() ? range.getPrefixLen().getValue() : 0;
            if (bits > address.length * 8) {
                problems.at(field + ".prefix_len")
                        .expected("at most " + address.length * 8)
                        .found(bits);
            } else {
                ranges.add(new Range(address, bits));
            }
        }
        return new InternalAddresses(ranges, config.getUnixSockets());
    }

    boolean contains(Address address) {
        if (!(address instanceof Address.Ip ip)) {
            return unixSockets && address instanceof Address.Pipe;
        }
        if (ranges.isEmpty()) {
            return false;
        }
        byte[] bytes = ip.address().getAddress();
        for (Range range : ranges) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }
}
