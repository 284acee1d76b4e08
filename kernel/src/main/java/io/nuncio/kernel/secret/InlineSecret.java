package io.nuncio.kernel.secret;

import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.SecretSource;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A secret that stands in the configuration; its files are read anew if it has a
/// `watched_directory`. Thread: main.
final class InlineSecret implements SecretSource {
    private static final Logger LOG = LoggerFactory.getLogger("secret");

    private final Secret secret;
    private final SecretFiles files;
    private @Nullable Watcher watcher;

    InlineSecret(Secret secret, FileWatcher watcher) {
        this.secret = secret;
        files = new SecretFiles(watcher, this::onFilesChanged);
        files.follow(secret, false);
    }

    @Override
    public Secret current() {
        return secret;
    }

    @Override
    public void watch(Watcher told) {
        watcher = told;
    }

    private void onFilesChanged() {
        Watcher told = watcher;
        if (told != null) {
            Problems problems = new Problems();
            told.onChange(secret, problems);
            problems.all()
                    .forEach(
                            problem -> LOG.warn("{}: the files are not taken: {}", files, problem));
        }
    }

    @Override
    public void close() {
        watcher = null;
        files.close();
    }
}
