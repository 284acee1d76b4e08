package io.nuncio.kernel.secret;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.kernel.watch.FileWatch;
import io.nuncio.kernel.watch.FileWatcher;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Tells when the files that a secret names have become others, all of them looked at together: in
/// its `watched_directory` only, if it has one. Thread: main.
final class SecretFiles implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("secret");

    private final FileWatcher watcher;
    private final Runnable changed;
    private final List<FileWatch> watches = new ArrayList<>();
    private final Set<Path> files = new LinkedHashSet<>();
    private byte[] known = {};

    SecretFiles(FileWatcher watcher, Runnable changed) {
        this.watcher = watcher;
        this.changed = changed;
    }

    /// From now on those of this secret.
    ///
    /// @param always also without a `watched_directory`
    void follow(Secret secret, boolean always) {
        close();
        Set<Path> folders = new LinkedHashSet<>();
        collect(secret, folders);
        if (files.isEmpty() || (folders.isEmpty() && !always)) {
            return;
        }
        for (Path path : folders.isEmpty() ? files : folders) {
            watches.add(watcher.watch(path, this::look));
        }
        known = digest();
    }

    private void collect(Message message, Set<Path> folders) {
        switch (message) {
            case DataSource source -> {
                if (source.getSpecifierCase() == DataSource.SpecifierCase.FILENAME) {
                    add(source.getFilename(), files);
                }
            }
            case WatchedDirectory folder -> add(folder.getPath(), folders);
            default -> {
                for (Object value : message.getAllFields().values()) {
                    if (value instanceof Message one) {
                        collect(one, folders);
                    } else if (value instanceof List<?> all) {
                        all.stream()
                                .filter(Message.class::isInstance)
                                .forEach(each -> collect((Message) each, folders));
                    }
                }
            }
        }
    }

    /// What is no path cannot be watched; who reads it says what is wrong.
    private static void add(String path, Set<Path> paths) {
        try {
            paths.add(Path.of(path));
        } catch (InvalidPathException unusable) {
            LOG.debug("{}: {}", path, unusable.getMessage());
        }
    }

    private void look() {
        byte[] now = digest();
        if (!Arrays.equals(now, known)) {
            known = now;
            changed.run();
        }
    }

    private byte[] digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                byte[] content = content(file);
                digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, content.length));
                digest.update(content);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// A file that cannot be read has nothing in it here; who reads it says what is wrong.
    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            return new byte[0];
        }
    }

    @Override
    public String toString() {
        return files.toString();
    }

    @Override
    public void close() {
        watches.forEach(FileWatch::close);
        watches.clear();
        files.clear();
    }
}
