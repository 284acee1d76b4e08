package io.nuncio.kernel.network;

import io.nuncio.spi.Host;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// How to open an upstream connection; made once per cluster, or once per host where something
/// differs.
///
/// @param connectTimeoutNanos how long the connection may take to stand, handshake included; 0 for
///   without limit
/// @param bufferLimit see [io.nuncio.spi.Connection#bufferLimit]
/// @param local this side's addresses and socket options
/// @param keepalive null for no TCP keepalive
/// @param filters what reads and writes the bytes, such as a codec
/// @param transport null for plain bytes
/// @param serverName what TLS should ask for, null for the transport socket's own choice
/// @param host null if it is none of a cluster's, or does not matter
/// @param transportOptions what the connection asks of its transport socket
public record ConnectOptions(
        long connectTimeoutNanos,
        int bufferLimit,
        LocalAddresses local,
        @Nullable Keepalive keepalive,
        List<NetworkFilterTemplate> filters,
        @Nullable TransportSocketTemplate transport,
        @Nullable String serverName,
        @Nullable Host host,
        TransportOptions transportOptions) {
    public ConnectOptions {
        filters = List.copyOf(filters);
    }

    /// Without a host.
    public ConnectOptions(
            long connectTimeoutNanos,
            int bufferLimit,
            LocalAddresses local,
            @Nullable Keepalive keepalive,
            List<NetworkFilterTemplate> filters,
            @Nullable TransportSocketTemplate transport,
            @Nullable String serverName) {
        this(
                connectTimeoutNanos,
                bufferLimit,
                local,
                keepalive,
                filters,
                transport,
                serverName,
                null,
                TransportOptions.NONE);
    }

    /// Plain bytes, no keepalive, Envoy's default limits (5 s, 1 MiB).
    public static ConnectOptions plain(List<NetworkFilterTemplate> filters) {
        return new ConnectOptions(
                5_000_000_000L,
                SocketConnection.DEFAULT_BUFFER_LIMIT,
                LocalAddresses.ANY,
                null,
                filters,
                null,
                null);
    }

    /// The same for one connection with a codec of its own.
    public ConnectOptions withFilters(List<NetworkFilterTemplate> templates) {
        return new ConnectOptions(
                connectTimeoutNanos,
                bufferLimit,
                local,
                keepalive,
                templates,
                transport,
                serverName,
                host,
                transportOptions);
    }

    /// The same for a connection to that host.
    public ConnectOptions withHost(Host one) {
        return new ConnectOptions(
                connectTimeoutNanos,
                bufferLimit,
                local,
                keepalive,
                filters,
                transport,
                serverName,
                one,
                transportOptions);
    }

    /// The same for a connection with wishes of its own.
    public ConnectOptions withTransportOptions(TransportOptions wishes) {
        return new ConnectOptions(
                connectTimeoutNanos,
                bufferLimit,
                local,
                keepalive,
                filters,
                transport,
                serverName,
                host,
                wishes);
    }

    /// The same for a connection with an address of its own.
    public ConnectOptions withLocal(LocalAddresses own) {
        return new ConnectOptions(
                connectTimeoutNanos,
                bufferLimit,
                own,
                keepalive,
                filters,
                transport,
                serverName,
                host,
                transportOptions);
    }

    /// TCP keepalive; 0 leaves a value to the system.
    public record Keepalive(int probes, int idleSeconds, int intervalSeconds) {}
}
