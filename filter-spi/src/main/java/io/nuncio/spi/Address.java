package io.nuncio.spi;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;

/// Where a socket is bound or connected; immutable.
public sealed interface Address {
    /// As Envoy prints it: `127.0.0.1:80`, `[::1]:80`, the path of a pipe, `envoy://name/` for an
    /// internal listener.
    @Override
    String toString();

    /// An IP address with a port.
    record Ip(InetAddress address, int port) implements Address {
        /// An address from its digits, in its one plain form: names are not looked up, and the
        /// shorthands that some parsers take for an IPv4 address, brackets and zones are none.
        ///
        /// @return null if it is not an address
        public static @Nullable Ip parse(String digits, int port) {
            boolean plain = digits.indexOf(':') >= 0 ? onlyHex(digits) : fourNumbers(digits);
            if (!plain) {
                return null;
            }
            try {
                return new Ip(InetAddress.ofLiteral(digits), port);
            } catch (IllegalArgumentException notAnAddress) {
                return null;
            }
        }

        private static boolean onlyHex(String text) {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c != ':' && c != '.' && (c >= 0x80 || Character.digit(c, 16) < 0)) {
                    return false;
                }
            }
            return true;
        }

        /// Decimal, each of one to three digits without a zero in front.
        private static boolean fourNumbers(String text) {
            int numbers = 1;
            int digits = 0;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c == '.') {
                    if (digits == 0) {
                        return false;
                    }
                    numbers++;
                    digits = 0;
                } else if (c < '0'
                        || c > '9'
                        || digits == 3
                        || digits == 1 && text.charAt(i - 1) == '0') {
                    return false;
                } else {
                    digits++;
                }
            }
            return numbers == 4 && digits > 0;
        }

        /// The address without the port, without brackets; IPv6 in its short form, as in RFC 5952.
        public String host() {
            return v6() ? shortForm(address.getAddress()) : address.getHostAddress();
        }

        private static String shortForm(byte[] bytes) {
            int[] groups = new int[8];
            for (int group = 0; group < 8; group++) {
                groups[group] = (bytes[2 * group] & 0xff) << 8 | bytes[2 * group + 1] & 0xff;
            }
            int start = 8; // of the longest run of zeros, if two groups or more
            int length = 1;
            for (int from = 0; from < 8; from++) {
                int to = from;
                while (to < 8 && groups[to] == 0) {
                    to++;
                }
                if (to - from > length) {
                    start = from;
                    length = to - from;
                }
            }
            StringBuilder text = new StringBuilder(39);
            for (int group = 0; group < 8; group++) {
                if (group == start) {
                    text.append("::");
                    group += length - 1;
                } else {
                    if (group > 0 && text.charAt(text.length() - 1) != ':') {
                        text.append(':');
                    }
                    text.append(Integer.toHexString(groups[group]));
                }
            }
            return text.toString();
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
