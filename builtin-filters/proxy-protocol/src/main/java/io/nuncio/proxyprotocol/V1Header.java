package io.nuncio.proxyprotocol;

import io.nuncio.spi.Address;

import org.jspecify.annotations.Nullable;

/// A header of version 1: `PROXY TCP4 192.0.2.7 192.0.2.1 40000 443`.
final class V1Header {
    private static final int MAX_PORT = 65535;

    private V1Header() {}

    /// @param line with its end
    /// @return null if it is wrong
    static @Nullable ProxyHeader read(String line) {
        String[] parts = line.stripTrailing().split(" ", -1);
        if (parts.length < 2 || !parts[0].equals("PROXY")) {
            return null;
        }
        if (parts[1].equals("UNKNOWN")) {
            return ProxyHeader.local(line.length());
        }
        boolean v6 = parts[1].equals("TCP6");
        if (parts.length != 6 || !v6 && !parts[1].equals("TCP4")) {
            return null;
        }
        Address.Ip source = address(parts[2], parts[4], v6);
        Address.Ip destination = address(parts[3], parts[5], v6);
        return source == null || destination == null
                ? null
                : new ProxyHeader(line.length(), line.length(), source, destination);
    }

    private static Address.@Nullable Ip address(String digits, String port, boolean v6) {
        int number = port(port);
        Address.Ip parsed = number < 0 ? null : Address.Ip.parse(digits, number);
        if (parsed == null || v6 != digits.indexOf(':') >= 0) {
            return null;
        }
        Address.Ip address = v6 ? Addresses.v6(parsed) : parsed;
        return Addresses.unicast(address) ? address : null;
    }

    /// @return -1 if it is none
    private static int port(String digits) {
        int number = 0;
        for (int index = 0; index < digits.length(); index++) {
            char digit = digits.charAt(index);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + (digit - '0');
            if (number > MAX_PORT) {
                return -1;
            }
        }
        return digits.isEmpty() ? -1 : number;
    }
}
