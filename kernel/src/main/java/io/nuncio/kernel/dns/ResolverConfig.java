package io.nuncio.kernel.dns;

import io.netty.util.NetUtil;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Whom to ask, and how.
///
/// @param servers asked in this order; never empty
/// @param search the domains that a short name is looked up in
/// @param ndots a name with so many dots is looked up as it is first
/// @param hostsFile the file of names known without asking
/// @param timeoutMillis how long to wait for one answer
/// @param tries how often to ask each server
public record ResolverConfig(
        List<InetSocketAddress> servers,
        List<String> search,
        int ndots,
        Path hostsFile,
        long timeoutMillis,
        int tries) {
    private static final int PORT = 53;
    private static final long TIMEOUT_MILLIS = 5_000; // Envoy's defaults for c-ares
    private static final int TRIES = 4;

    public ResolverConfig {
        servers = List.copyOf(servers);
        search = List.copyOf(search);
    }

    /// The system's: `/etc/resolv.conf` and `/etc/hosts`.
    public static ResolverConfig system() {
        Path file = Path.of("/etc/resolv.conf");
        List<String> lines = List.of();
        try {
            lines = Files.readAllLines(file);
        } catch (IOException unreadable) {
            // As the system's own resolver does: ask this machine.
        }
        return parse(lines, Path.of("/etc/hosts"));
    }

    /// Reads the lines of a `resolv.conf`; what cannot be read is left out.
    static ResolverConfig parse(List<String> lines, Path hostsFile) {
        List<InetSocketAddress> servers = new ArrayList<>();
        List<String> search = List.of();
        int ndots = 1;
        for (String line : lines) {
            String[] words = line.strip().split("\\s+");
            switch (words[0]) {
                case "nameserver" -> {
                    if (words.length > 1) {
                        addServer(servers, words[1]);
                    }
                }
                case "search", "domain" -> search = List.of(words).subList(1, words.length);
                case "options" -> {
                    for (String word : words) {
                        if (word.matches("ndots:\\d{1,2}")) {
                            ndots = Integer.parseInt(word.substring("ndots:".length()));
                        }
                    }
                }
                default -> {}
            }
        }
        if (servers.isEmpty()) {
            servers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        }
        return new ResolverConfig(servers, search, ndots, hostsFile, TIMEOUT_MILLIS, TRIES);
    }

    /// What to ask for when this name is wanted, in order; each with its last dot.
    List<String> candidates(String name) {
        if (name.endsWith(".")) {
            return List.of(name);
        }
        List<String> all = new ArrayList<>();
        for (String domain : search) {
            all.add(name + "." + domain + (domain.endsWith(".") ? "" : "."));
        }
        long dots = name.chars().filter(character -> character == '.').count();
        all.add(dots >= ndots ? 0 : all.size(), name + ".");
        return all;
    }

    private static void addServer(List<InetSocketAddress> servers, String text) {
        byte[] address = NetUtil.createByteArrayFromIpAddressString(text);
        if (address != null) {
            try {
                servers.add(new InetSocketAddress(InetAddress.getByAddress(address), PORT));
            } catch (UnknownHostException impossible) {
                throw new AssertionError(impossible); // only for a wrong number of bytes
            }
        }
    }
}
