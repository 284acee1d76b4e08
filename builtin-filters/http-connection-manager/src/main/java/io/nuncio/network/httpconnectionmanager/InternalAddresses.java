package io.nuncio.network.httpconnectionmanager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.Address;
import io.nuncio.spi.IpRange;
import io.nuncio.spi.Problems;

import java.util.ArrayList;
import java.util.List;

/// Which addresses count as internal (`internal_address_config`); by default none.
///
/// @param unixSockets true if Unix domain sockets count
record InternalAddresses(List<IpRange> ranges, boolean unixSockets) {
    InternalAddresses {
        ranges = List.copyOf(ranges);
    }

    static InternalAddresses from(HttpConnectionManager message, Problems problems) {
        HttpConnectionManager.InternalAddressConfig config = message.getInternalAddressConfig();
        List<IpRange> ranges = new ArrayList<>();
        for (int i = 0; i < config.getCidrRangesCount(); i++) {
            IpRange range =
                    IpRange.of(
                            config.getCidrRanges(i),
                            problems.in("internal_address_config.cidr_ranges[" + i + "]"));
            if (range != null) {
                ranges.add(range);
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
        for (IpRange range : ranges) {
            if (range.contains(bytes)) {
                return true;
            }
        }
        return false;
    }
}
