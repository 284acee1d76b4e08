package io.nuncio.spi;

import java.net.InetAddress;

/// Where a socket is bound or connected; immutable.
public sealed interface Address {
    /// As Envoy prints it: `127.0.0.1:80`, `[::1]:80`, the path of a pipe, `envoy://name/` for an
    /// internal listener.
    @Override
    String toString();

    /// An IP address with a port.
    record Ip(InetAddress address, int port) implements Address {
        /// The address without the port, without brackets.
        public String host() {
            return address.getHostAddress();
        }

        public boolean v6() {
            return address instanceof java.net.Inet6Address;
        }

        @Override
        public String toString() {
            return v6() ? "[" + host() + "]:" + port : host() + ":" + port;
        }
    }

    /// A Unix domain socket; a path that starts with `@` lives in the abstract name space.
    ///
    /// @param mode the permission bits of the socket file, 0 for the umask's
    record Pipe(String path, int mode) implements Address {
        @Override
        public String toString() {
            return path;
        }
    }

    /// A listener of this process.
    record Internal(String listener, String endpointId) implements Address {
        @Override
        public String toString() {
            return "envoy://" + listener + "/" + endpointId;
        }
    }
}
