package io.nuncio.kernel.route;

import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.RouteTable;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A compiled route configuration: finds the virtual host by the request's host, then asks its
/// routes.
///
/// @param ignorePort true if the port of the request's host is not looked at
/// @param streams that have found the table and not ended
/// @param whenClosed run when nobody finds the table any more
/// @param held what is compiled in it
record CompiledRouteTable(
        String name,
        DomainTable<CompiledVirtualHost> domains,
        boolean ignorePort,
        List<HeaderName> internalOnlyHeaders,
        UseCount streams,
        Runnable whenClosed,
        Leases held)
        implements RouteTable {
    @Override
    public void close() {
        whenClosed.run();
        streams.retire(held::giveBack);
    }

    @Override
    public void enter(Worker worker) {
        streams.enter(worker);
    }

    @Override
    public void exit(Worker worker) {
        streams.exit(worker);
    }

    @Override
    public Route route(RequestHeaders headers, StreamInfo info, long random) {
        CompiledVirtualHost host = virtualHost(headers);
        return host == null ? Route.NONE : host.route(headers, info, random);
    }

    private @Nullable CompiledVirtualHost virtualHost(RequestHeaders headers) {
        if (domains.onlyOther()) {
            return domains.other();
        }
        int entry = headers.find(HeaderName.AUTHORITY);
        if (entry < 0) {
            return null;
        }
        byte[] bytes = headers.array();
        int start = headers.valueStart(entry);
        int length = headers.valueLength(entry);
        return domains.find(bytes, start, ignorePort ? withoutPort(bytes, start, length) : length);
    }

    /// The length without the port; the colons of an IPv6 address stand in brackets and begin no
    /// port.
    private static int withoutPort(byte[] bytes, int start, int length) {
        for (int at = start + length - 1; at >= start; at--) {
            if (bytes[at] == ':') {
                return at - start;
            }
            if (bytes[at] == ']') {
                return length;
            }
        }
        return length;
    }
}
