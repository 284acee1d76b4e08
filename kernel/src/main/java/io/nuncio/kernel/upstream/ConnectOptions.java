package io.nuncio.kernel.upstream;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

/// How connections to the hosts of a cluster are opened.
///
/// @param sourceAddress what to bind to first, null for the system's choice
/// @param keepalive null to leave TCP keep-alive off
/// @param bufferLimit the connection's, in bytes
public record ConnectOptions(
        @Nullable Address sourceAddress, @Nullable Keepalive keepalive, int bufferLimit) {
    /// TCP keep-alive; 0 leaves a value to the system.
    ///
    /// @param probes how many unanswered probes end the connection
    /// @param idleSeconds how long a connection is idle before the first probe
    /// @param intervalSeconds between probes
    public record Keepalive(int probes, int idleSeconds, int intervalSeconds) {}
}
