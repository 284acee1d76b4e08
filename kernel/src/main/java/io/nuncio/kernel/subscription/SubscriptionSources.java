package io.nuncio.kernel.subscription;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.config.ExtensionIndex;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;

import java.nio.file.Files;
import java.nio.file.Path;

/// Opens subscriptions by the source that a configuration names. Thread: main.
public final class SubscriptionSources implements Subscriptions {
    private final FileSubscription.Services files;

    /// @param index the extensions that resources may name
    public SubscriptionSources(ConfigLoader loader, ExtensionIndex index, FileWatcher files) {
        this.files = new FileSubscription.Services(loader, index, files, System::currentTimeMillis);
    }

    @Override
    @SuppressWarnings("deprecation") // `path` is still read, as Envoy reads it
    public <M extends Message> @Nullable Subscription open(
            ConfigSource source,
            ResourceType<M> type,
            ResourceWatcher<M> watcher,
            StatsScope stats,
            Problems problems) {
        return switch (source.getConfigSourceSpecifierCase()) {
            case PATH -> file(source.getPath(), "path", null, type, watcher, stats, problems);
            case PATH_CONFIG_SOURCE -> {
                var path = source.getPathConfigSource();
                yield file(
                        path.getPath(),
                        "path_config_source.path",
                        path.hasWatchedDirectory()
                                ? Path.of(path.getWatchedDirectory().getPath())
                                : null,
                        type,
                        watcher,
                        stats,
                        problems);
            }
            case API_CONFIG_SOURCE -> refuse("api_config_source", problems);
            case ADS -> refuse("ads", problems);
            case SELF -> refuse("self", problems);
            case CONFIGSOURCESPECIFIER_NOT_SET -> {
                problems.add("", "a source such as path_config_source is required");
                yield null;
            }
        };
    }

    private static @Nullable Subscription refuse(String field, Problems problems) {
        problems.add(field, "is not supported yet");
        return null;
    }

    private <M extends Message> @Nullable Subscription file(
            String path,
            String field,
            @Nullable Path watchedFolder,
            ResourceType<M> type,
            ResourceWatcher<M> watcher,
            StatsScope stats,
            Problems problems) {
        Path file = Path.of(path);
        if (!Files.exists(file)) {
            problems.at(field).expected("the path of a file that exists").found(path);
            return null;
        }
        return new FileSubscription<>(
                files, file, watchedFolder, type, watcher, SubscriptionStats.in(stats));
    }
}
