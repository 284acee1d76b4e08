package io.nuncio.kernel.dns;

import io.netty.resolver.HostsFileEntriesProvider;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The names of the hosts file. It is read again when it has changed. Thread: main; the file is
/// small and local.
final class HostsFile {
    private final Path path;
    private Map<String, List<InetAddress>> v4 = Map.of();
    private Map<String, List<InetAddress>> v6 = Map.of();
    private long modified = -1;

    HostsFile(Path path) {
        this.path = path;
    }

    /// The IPv4 addresses of a name, empty if it is not in the file.
    List<InetAddress> v4(String name) {
        refresh();
        return v4.getOrDefault(key(name), List.of());
    }

    List<InetAddress> v6(String name) {
        refresh();
        return v6.getOrDefault(key(name), List.of());
    }

    private void refresh() {
        long now = path.toFile().lastModified(); // 0 if there is no file
        if (now != modified) {
            modified = now;
            HostsFileEntriesProvider entries =
                    HostsFileEntriesProvider.parser().parseSilently(path.toFile());
            v4 = entries.ipv4Entries();
            v6 = entries.ipv6Entries();
        }
    }

    private static String key(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
