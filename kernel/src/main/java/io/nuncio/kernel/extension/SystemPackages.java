package io.nuncio.kernel.extension;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The packages that every bundle may import from the host: the SPI, Envoy's API, protobuf, SLF4J
/// and jspecify.
///
/// The list is a file beside this class, so that no jar is searched at start; its test writes it
/// anew.
final class SystemPackages {
    static final String RESOURCE = "system-packages.txt";

    private SystemPackages() {}

    /// In the form of `org.osgi.framework.system.packages.extra`.
    static String header() {
        try (InputStream in = SystemPackages.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the kernel's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .strip()
                    .replace('\n', ',');
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
