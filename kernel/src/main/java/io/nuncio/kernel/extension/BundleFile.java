package io.nuncio.kernel.extension;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Reads a jar whole and decides whether it may be loaded. What Felix would find late, or never, is
/// found here.
///
/// | limit | default | what happens beyond |
/// | --- | --- | --- |
/// | unpacked size of a jar | 1 GiB | refused |
final class BundleFile {
    private static final long MAX_UNPACKED_BYTES = 1L << 30;
    private static final int CLASS_FILE_MAGIC = 0xCAFEBABE;
    private static final int CLASS_VERSION_OF_JAVA_0 = 44;

    private final Path jar;

    BundleFile(Path jar) {
        this.jar = jar;
    }

    /// Reads the manifest alone, which is what the index wants.
    BundleManifest manifest() throws BundleRefused {
        try (var zip = new JarFile(jar.toFile(), false)) {
            return BundleManifest.of(zip.getManifest());
        } catch (ZipException damaged) {
            throw notAZip(damaged);
        } catch (IOException failure) {
            throw new BundleRefused("cannot be read: " + failure.getMessage(), failure);
        }
    }

    /// Reads every entry and checks what can be checked without loading a class.
    ///
    /// @return the manifest of a jar that is whole
    BundleManifest verify() throws BundleRefused {
        try (var zip = new ZipFile(jar.toFile())) {
            long unpacked = 0;
            for (ZipEntry entry : Collections.list(zip.entries())) {
                unpacked += check(zip, entry, MAX_UNPACKED_BYTES - unpacked);
            }
            BundleManifest manifest = manifest();
            for (ExtensionInfo extension : manifest.extensions()) {
                checkImplementation(zip, extension);
            }
            return manifest;
        } catch (ZipException damaged) {
            throw notAZip(damaged);
        } catch (IOException failure) {
            throw new BundleRefused("cannot be read: " + failure.getMessage(), failure);
        }
    }

    /// The digest by which the store and the logs name this content.
    String sha256() throws IOException {
        try (InputStream in = Files.newInputStream(jar)) {
            var digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[64 * 1024];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                digest.update(chunk, 0, n);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Felix and the JDK read damaged entries without a word; only the checksum tells.
    private static long check(ZipFile zip, ZipEntry entry, long maxBytes)
            throws IOException, BundleRefused {
        String name = entry.getName();
        if (name.startsWith("io/nuncio/spi/") && name.endsWith(".class")) {
            throw new BundleRefused(
                    "contains "
                            + name
                            + ": the SPI comes from the host; remove it from nuncio.embed");
        }
        var crc = new CRC32();
        long bytes = 0;
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] chunk = new byte[64 * 1024];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                crc.update(chunk, 0, n);
                bytes += n;
                if (bytes > maxBytes) {
                    throw new BundleRefused("unpacks to more than 1 GiB");
                }
            }
        } catch (IOException damaged) {
            throw new BundleRefused(
                    "entry " + name + " is damaged: " + damaged.getMessage(), damaged);
        }
        if (crc.getValue() != entry.getCrc()) {
            throw new BundleRefused("entry " + name + " is damaged (CRC)");
        }
        return bytes;
    }

    private static void checkImplementation(ZipFile zip, ExtensionInfo extension)
            throws IOException, BundleRefused {
        String implementation = extension.implementation();
        ZipEntry entry = zip.getEntry(implementation.replace('.', '/') + ".class");
        if (entry == null) {
            throw new BundleRefused(
                    "names the class "
                            + implementation
                            + " for "
                            + extension.name()
                            + ", which is not in the jar");
        }
        try (var in = new DataInputStream(zip.getInputStream(entry))) {
            if (in.readInt() != CLASS_FILE_MAGIC) {
                throw new BundleRefused(entry.getName() + " is not a class file");
            }
            in.readUnsignedShort();
            int java = in.readUnsignedShort() - CLASS_VERSION_OF_JAVA_0;
            if (java > Runtime.version().feature()) {
                throw new BundleRefused(
                        "needs Java " + java + "; running " + Runtime.version().feature());
            }
        }
    }

    private static BundleRefused notAZip(ZipException damaged) {
        return new BundleRefused(
                "not a complete zip file ("
                        + damaged.getMessage()
                        + "); waiting for the file to change",
                damaged);
    }

    /// The manifest of a jar that was verified before, for messages about its requirements.
    static Manifest raw(Path jar) throws IOException {
        try (var zip = new JarFile(jar.toFile(), false)) {
            Manifest manifest = zip.getManifest();
            return manifest == null ? new Manifest() : manifest;
        }
    }
}
