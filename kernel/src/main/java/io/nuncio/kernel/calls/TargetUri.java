package io.nuncio.kernel.calls;

import io.nuncio.kernel.network.Addresses;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/// A `target_uri` of gRPC: `dns:///host:port`, `host:port`, `ipv4:address:port`,
/// `ipv6:[address]:port`, `unix:path`.
///
/// @param host a name or an IP address; empty for a Unix socket
/// @param path of a Unix socket, else empty
record TargetUri(String host, int port, String path) {
    private static final int DEFAULT_PORT = 443;
    private static final int HIGHEST_PORT = 65535;

    /// @return null if it is none of these
    static @Nullable TargetUri parse(String text) {
        if (text.startsWith("unix:")) {
            String path = text.substring("unix:".length()).replaceFirst("^//(?=/)", "");
            return path.isEmpty() ? null : new TargetUri("", 0, path);
        }
        if (text.startsWith("dns:")) {
            String rest = text.substring("dns:".length());
            return of(rest.startsWith("///") ? rest.substring(3) : rest, false);
        }
        if (text.startsWith("ipv4:") || text.startsWith("ipv6:")) {
            return of(text.substring("ipv4:".length()), true);
        }
        return of(text, false);
    }

    private static @Nullable TargetUri of(String authority, boolean numeric) {
        int bracket = authority.startsWith("[") ? authority.indexOf(']') : -1;
        int colon = authority.indexOf(':', Math.max(bracket, 0));
        String name = colon < 0 ? authority : authority.substring(0, colon);
        String host = bracket < 0 ? name : authority.substring(1, bracket);
        boolean bad = host.isEmpty() || host.indexOf('/') >= 0 || host.indexOf(',') >= 0;
        int port = colon < 0 ? DEFAULT_PORT : port(authority.substring(colon + 1));
        if (bad || port < 0 || (numeric && Addresses.parseIp(host) == null)) {
            return null;
        }
        return new TargetUri(host, port, "");
    }

    private static int port(String digits) {
        try {
            int port = Integer.parseInt(digits);
            return port > 0 && port <= HIGHEST_PORT ? port : -1;
        } catch (NumberFormatException none) {
            return -1;
        }
    }

    boolean unix() {
        return !path.isEmpty();
    }

    /// Null for a name or a Unix socket.
    @Nullable InetAddress ip() {
        return unix() ? null : Addresses.parseIp(host);
    }

    /// True if it is this machine.
    boolean local() {
        InetAddress ip = ip();
        return unix() || host.equals("localhost") || (ip != null && ip.isLoopbackAddress());
    }

    /// What `:authority` is.
    String authority() {
        if (unix()) {
            return "localhost";
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
