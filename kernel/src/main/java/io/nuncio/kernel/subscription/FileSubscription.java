package io.nuncio.kernel.subscription;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.config.ConfigProblem;
import io.nuncio.kernel.config.ConfigSource;
import io.nuncio.kernel.config.ExtensionIndex;
import io.nuncio.kernel.config.LoadOptions;
import io.nuncio.kernel.config.LoadResult;
import io.nuncio.kernel.watch.FileWatch;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/// Resources from a file that holds a `DiscoveryResponse` in YAML, JSON, or protobuf's own formats:
/// read when the subscription starts and whenever the file becomes another. Thread: main.
final class FileSubscription<M extends Message> implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger("config");

    /// What file subscriptions share.
    ///
    /// @param millis the wall clock
    record Services(
            ConfigLoader loader, ExtensionIndex index, FileWatcher files, LongSupplier millis) {}

    private final Services services;
    private final Path path;
    private final @Nullable Path watchedFolder;
    private final ResourceType<M> type;
    private final ResourceWatcher<M> watcher;
    private final SubscriptionStats stats;
    private final List<FileWatch> watches = new ArrayList<>();
    private Set<String> names = Set.of();
    private boolean answered;
    private boolean closed;

    FileSubscription(
            Services services,
            Path path,
            @Nullable Path watchedFolder,
            ResourceType<M> type,
            ResourceWatcher<M> watcher,
            SubscriptionStats stats) {
        this.services = services;
        this.path = path;
        this.watchedFolder = watchedFolder;
        this.type = type;
        this.watcher = watcher;
        this.stats = stats;
    }

    @Override
    public void start(Set<String> wanted) {
        names = Set.copyOf(wanted);
        watches.add(services.files().watch(path, this::load));
        if (watchedFolder != null) {
            watches.add(services.files().watch(watchedFolder, this::load));
        }
        load();
    }

    @Override
    public String source() {
        return "the file " + path;
    }

    private void load() {
        if (closed) {
            return;
        }
        stats.attempt().increment();
        LoadResult<DiscoveryResponse> loaded;
        try {
            loaded =
                    services.loader()
                            .load(
                                    DiscoveryResponse.getDefaultInstance(),
                                    List.of(ConfigSource.file(path)),
                                    services.index(),
                                    LoadOptions.DEFAULT);
        } catch (IOException failure) {
            stats.failure().increment();
            LOG.warn("{}: cannot be read: {}", path, reason(failure));
            failed();
            return;
        }
        if (!loaded.ok()) {
            reject(loaded.problems());
            failed();
            return;
        }
        deliver(loaded);
    }

    private static String reason(IOException failure) {
        return failure instanceof NoSuchFileException
                ? "no such file"
                : String.valueOf(failure.getMessage());
    }

    private void deliver(LoadResult<DiscoveryResponse> loaded) {
        DiscoveryResponse response = loaded.message();
        Problems problems = new Problems();
        Update update = read(response, problems);
        if (problems.none()) {
            answered = true;
            watcher.onUpdate(update);
        }
        List<ConfigProblem> located = loaded.locate(problems);
        if (!problems.none()) {
            reject(located);
            failed();
            return;
        }
        located.forEach(problem -> LOG.warn("{}", problem.text()));
        stats.accepted(response.getVersionInfo(), services.millis().getAsLong());
    }

    private void reject(List<ConfigProblem> problems) {
        stats.rejected().increment();
        for (ConfigProblem problem : problems) {
            LOG.warn("{}: {}", type.url(), problem.text());
        }
    }

    private void failed() {
        if (!answered) {
            answered = true;
            watcher.onFetchFailed();
        }
    }

    private Update read(DiscoveryResponse response, Problems problems) {
        List<ResourceUpdate.Entry<M>> entries = new ArrayList<>();
        for (int index = 0; index < response.getResourcesCount(); index++) {
            Problems here = problems.in("resources[" + index + "]");
            Any any = response.getResources(index);
            String version = response.getVersionInfo();
            try {
                if (any.is(Resource.class)) {
                    Resource wrapper = any.unpack(Resource.class);
                    any = wrapper.getResource();
                    version = wrapper.getVersion();
                    here = here.in("resource");
                }
                if (!any.getTypeUrl().equals(type.url())) {
                    here.at("@type").expected(type.url()).found(any.getTypeUrl());
                    continue;
                }
                M message = parse(any);
                String name = type.name().apply(message);
                if (names.isEmpty() || names.contains(name)) {
                    entries.add(new ResourceUpdate.Entry<>(name, version, message, here));
                }
            } catch (InvalidProtocolBufferException broken) {
                here.add("", "is not a serialized " + any.getTypeUrl());
            }
        }
        return new Update(List.copyOf(entries), response.getVersionInfo(), problems);
    }

    @SuppressWarnings("unchecked") // the prototype's own type
    private M parse(Any any) throws InvalidProtocolBufferException {
        return (M) type.prototype().getParserForType().parseFrom(any.getValue());
    }

    @Override
    public void close() {
        closed = true;
        watches.forEach(FileWatch::close);
        watches.clear();
    }

    /// A file is everything there is.
    private final class Update implements ResourceUpdate<M> {
        private final List<Entry<M>> entries;
        private final String version;
        private final Problems problems;

        Update(List<Entry<M>> entries, String version, Problems problems) {
            this.entries = entries;
            this.version = version;
            this.problems = problems;
        }

        @Override
        public Problems problems() {
            return problems;
        }

        @Override
        public List<Entry<M>> resources() {
            return entries;
        }

        @Override
        public boolean complete() {
            return true;
        }

        @Override
        public List<String> removed() {
            return List.of();
        }

        @Override
        public String version() {
            return version;
        }
    }
}
