package io.nuncio.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/// The same jar with other lines in its manifest, so that it is another to whoever compares.
final class JarVariant {
    private JarVariant() {}

    /// @param headers what the manifest says instead
    static Path of(Path jar, Path to, Map<String, String> headers) throws IOException {
        try (JarFile from = new JarFile(jar.toFile())) {
            Manifest manifest = new Manifest(from.getManifest());
            headers.forEach(manifest.getMainAttributes()::putValue);
            try (var out = new JarOutputStream(Files.newOutputStream(to), manifest)) {
                for (ZipEntry entry : from.stream().toList()) {
                    if (!entry.getName().equals(JarFile.MANIFEST_NAME)) {
                        out.putNextEntry(new ZipEntry(entry.getName()));
                        from.getInputStream(entry).transferTo(out);
                    }
                }
            }
        }
        return to;
    }
}
