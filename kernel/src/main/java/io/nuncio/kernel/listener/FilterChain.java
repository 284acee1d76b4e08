package io.nuncio.kernel.listener;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// A compiled filter chain: what serves a connection that matched it.
///
/// One that takes the place of another may take over its connections too: then both count them as
/// one. Thread: main, except [#filters], [#socket] and [#connections], which are for the workers
/// too.
final class FilterChain {
    private final String name;
    private final Metadata metadata;
    private final FilterTemplates<NetworkFilterTemplate> filters;
    private final Leases filterLeases;
    private final Socket socket;
    private final long connectTimeoutNanos;
    private ChainConnections connections; // set before a worker sees the chain
    private boolean closed;

    /// The bytes' way to and from the peer; closed with the last chain that has it. Thread: main,
    /// except [#template].
    static final class Socket {
        private final @Nullable TransportSocketTemplate template;
        private final Leases leases;
        private int chains = 1;

        /// @param template null for plain bytes
        Socket(@Nullable TransportSocketTemplate template, Leases leases) {
            this.template = template;
            this.leases = leases;
        }

        /// Null for plain bytes.
        @Nullable TransportSocketTemplate template() {
            return template;
        }

        Leases leases() {
            return leases;
        }

        /// The same, for one more chain.
        Socket share() {
            chains++;
            return this;
        }

        private void leave() {
            if (--chains > 0) {
                return;
            }
            if (template != null) {
                template.close();
            }
            leases.giveBack();
        }
    }

    /// @param filterLeases what the filters hold
    /// @param connectTimeoutNanos how long the transport's handshake may take, 0 for without limit
    FilterChain(
            String name,
            Metadata metadata,
            FilterTemplates<NetworkFilterTemplate> filters,
            Leases filterLeases,
            Socket socket,
            long connectTimeoutNanos,
            ChainConnections connections) {
        this.name = name;
        this.metadata = metadata;
        this.filters = filters;
        this.filterLeases = filterLeases;
        this.socket = socket;
        this.connectTimeoutNanos = connectTimeoutNanos;
        this.connections = connections;
    }

    String name() {
        return name;
    }

    Metadata metadata() {
        return metadata;
    }

    FilterTemplates<NetworkFilterTemplate> filters() {
        return filters;
    }

    Socket socket() {
        return socket;
    }

    long connectTimeoutNanos() {
        return connectTimeoutNanos;
    }

    ChainConnections connections() {
        return connections;
    }

    /// True if anything here is of the bundle.
    boolean uses(String bundle) {
        return filterLeases.of(bundle) || socket.leases().of(bundle);
    }

    boolean socketUses(String bundle) {
        return socket.leases().of(bundle);
    }

    /// True if connections can go over to the successor as they are; not to or from filters that
    /// are configured from outside.
    boolean accepts(FilterChain successor) {
        if (socket != successor.socket || filters.changes() || successor.filters.changes()) {
            return false;
        }
        List<NetworkFilterTemplate> mine = filters.current().templates();
        List<NetworkFilterTemplate> others = successor.filters.current().templates();
        if (mine.size() != others.size()) {
            return false;
        }
        for (int index = 0; index < mine.size(); index++) {
            if (!mine.get(index).accepts(others.get(index))) {
                return false;
            }
        }
        return true;
    }

    /// Gives the connections to a successor that was accepted, and lets go of the filters as soon
    /// as no stream needs them.
    void handOver(FilterChain successor) {
        successor.connections = connections;
        List<NetworkFilterTemplate> mine = filters.current().templates();
        List<NetworkFilterTemplate> others = successor.filters.current().templates();
        int[] waiting = {mine.size()};
        if (mine.isEmpty()) {
            close();
        }
        for (int index = 0; index < mine.size(); index++) {
            mine.get(index)
                    .handOver(
                            others.get(index),
                            () -> {
                                if (--waiting[0] == 0) {
                                    close();
                                }
                            });
        }
    }

    /// Once no worker finds the chain: runs the task when its last connection has ended.
    void whenUnused(Runnable task) {
        filters.stopChanging();
        connections.count().retire(task);
    }

    /// Lets go of the extensions; of the socket only if no other chain has it.
    void close() {
        if (!closed) {
            closed = true;
            filters.close();
            filterLeases.giveBack();
            socket.leave();
        }
    }
}
