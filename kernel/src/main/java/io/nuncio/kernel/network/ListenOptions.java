package io.nuncio.kernel.network;

import java.util.List;

/// How to make a listening socket.
///
/// @param backlog how many connections may wait to be accepted, 0 for the system's own limit
/// @param reusePort whether other sockets, such as those of the other workers, may listen on the
///   same address
/// @param acceptsPerEvent how many connections are accepted in one round of the loop, 0 for all
///   that wait
/// @param ipv4Compat whether a socket on an IPv6 address takes IPv4 connections, too
/// @param options what else is set on the socket
public record ListenOptions(
        int backlog,
        boolean reusePort,
        int acceptsPerEvent,
        boolean ipv4Compat,
        List<SocketOption> options) {
    /// What a socket has if nothing is configured.
    public static final ListenOptions DEFAULT = new ListenOptions(0, false, 0, false);

    public ListenOptions {
        options = List.copyOf(options);
    }

    /// Without any more options.
    public ListenOptions(int backlog, boolean reusePort, int acceptsPerEvent, boolean ipv4Compat) {
        this(backlog, reusePort, acceptsPerEvent, ipv4Compat, List.of());
    }

    /// The same with more options.
    public ListenOptions with(List<SocketOption> more) {
        return new ListenOptions(backlog, reusePort, acceptsPerEvent, ipv4Compat, more);
    }
}
