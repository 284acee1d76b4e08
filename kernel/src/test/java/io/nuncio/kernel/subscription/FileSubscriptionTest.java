package io.nuncio.kernel.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.config.NoExtensions;
import io.nuncio.kernel.config.Types;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.XxHash64;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class FileSubscriptionTest {
    @TempDir Path folder;

    private final WorkerLoops loops = WorkerLoops.create(1, IoEngine.NIO);
    private final FileWatcher files = new FileWatcher(loops.main());
    private final StatsStore stats = StatsStore.detached();
    private final Problems problems = new Problems();
    private final LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        onMain(files::close);
        loops.close();
    }

    private void onMain(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loops.main()
                .post(() -> {
                    task.run();
                    done.complete(null);
                });
        done.join();
    }

    /// Notes the names and versions that come; refuses what is called `bad`.
    private final ResourceWatcher<ClusterLoadAssignment> watcher =
            new ResourceWatcher<>() {
                @Override
                public void onUpdate(ResourceUpdate<ClusterLoadAssignment> update) {
                    StringBuilder text = new StringBuilder(update.version()).append(':');
                    for (var entry : update.resources()) {
                        text.append(' ').append(entry.name()).append('@').append(entry.version());
                        if (entry.name().equals("bad")) {
                            entry.problems().add("cluster_name", "is bad");
                        }
                    }
                    seen.add(text.toString());
                }

                @Override
                public void onFetchFailed() {
                    seen.add("failed");
                }
            };

    private Subscription open(ConfigSource source) {
        return new SubscriptionSources(new ConfigLoader(new Types()), NoExtensions.INSTANCE, files)
                .open(
                        source,
                        ResourceType.CLUSTER_LOAD_ASSIGNMENT,
                        watcher,
                        stats.root().scope("eds"),
                        problems);
    }

    private ConfigSource path(Path file) {
        ConfigSource.Builder source = ConfigSource.newBuilder();
        source.getPathConfigSourceBuilder().setPath(file.toString());
        return source.build();
    }

    private void start(ConfigSource source, String... names) {
        onMain(() -> open(source).start(Set.of(names)));
    }

    private Path write(String content) throws IOException {
        return Files.writeString(folder.resolve("eds.yaml"), content);
    }

    private void move(String content, Path target) throws IOException {
        Path other = Files.writeString(folder.resolve("new.yaml"), content);
        Files.move(other, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String assignments(String version, String... names) {
        StringBuilder text = new StringBuilder("version_info: '" + version + "'\nresources:\n");
        for (String name : names) {
            text.append(
                            "- '@type':"
                                + " type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment\n"
                                + "  cluster_name: ")
                    .append(name)
                    .append('\n');
        }
        return text.toString();
    }

    private String next() throws InterruptedException {
        String update = seen.poll(10, TimeUnit.SECONDS);
        return update == null ? "nothing within 10 s" : update;
    }

    private long counter(String name) {
        return stats.findCounter("eds." + name).value();
    }

    @Test
    void theFileIsReadAtTheStartAndWheneverItIsAnother() throws Exception {
        Path file = write(assignments("1", "a"));
        start(path(file));
        assertThat(next()).isEqualTo("1: a@1");
        move(assignments("2", "a", "b"), file);
        assertThat(next()).isEqualTo("2: a@2 b@2");
        write(assignments("3"));
        assertThat(next()).isEqualTo("3:");
        onMain(() -> {});
        // A file that is written in its place may be looked at before it is whole.
        assertThat(counter("update_attempt")).isBetween(3L, 4L);
        assertThat(counter("update_success")).isEqualTo(3);
        assertThat(stats.findGauge("eds.update_time").value()).isPositive();
        assertThat(stats.findTextReadout("eds.version_text").value()).isEqualTo("3");
    }

    @Test
    void thePlainPathIsReadToo() throws Exception {
        start(ConfigSource.newBuilder().setPath(write(assignments("1", "a")).toString()).build());
        assertThat(next()).isEqualTo("1: a@1");
    }

    @Test
    void onlyWhatIsAskedForIsDelivered() throws Exception {
        start(path(write(assignments("1", "a", "b", "c"))), "b");
        assertThat(next()).isEqualTo("1: b@1");
    }

    @Test
    void aResourceMayBeWrapped() throws Exception {
        start(
                path(
                        write(
                                """
                                version_info: "1"
                                resources:
                                - "@type": type.googleapis.com/envoy.service.discovery.v3.Resource
                                  name: a
                                  version: "7"
                                  resource:
                                    "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
                                    cluster_name: a
                                """)));
        assertThat(next()).isEqualTo("1: a@7");
    }

    @Test
    void aFileThatIsWrongChangesNothingAndTheNextIsRead() throws Exception {
        Path file = write(assignments("1", "a"));
        start(path(file));
        assertThat(next()).isEqualTo("1: a@1");
        move(assignments("2", "a") + "  no_such_field: 1\n", file);
        move(assignments("3", "a"), file);
        assertThat(next()).isEqualTo("3: a@3");
    }

    @Test
    void whatTheWatcherRefusesIsCountedAsRejected() throws Exception {
        start(path(write(assignments("1", "bad"))));
        assertThat(next()).isEqualTo("1: bad@1");
        onMain(() -> {});
        assertThat(counter("update_rejected")).isEqualTo(1);
        assertThat(counter("update_success")).isZero();
    }

    @Test
    void aResourceOfAnotherTypeIsRejected() throws Exception {
        start(
                path(
                        write(
                                """
                                resources:
                                - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster
                                  name: a
                                """)));
        assertThat(next()).isEqualTo("failed");
        assertThat(counter("update_rejected")).isEqualTo(1);
    }

    @Test
    void aFirstFileThatIsWrongIsToldOnce() throws Exception {
        Path file = write("resources: 5");
        start(path(file));
        assertThat(next()).isEqualTo("failed");
        move("resources: 6", file);
        move(assignments("3", "a"), file);
        assertThat(next()).isEqualTo("3: a@3");
    }

    @Test
    void aFileIsThereAtOnceOrNotAtAll() {
        ConfigSource.Builder source = path(folder.resolve("absent.yaml")).toBuilder();
        source.getInitialFetchTimeoutBuilder().setSeconds(1);
        assertThat(open(source.build())).isNull();
        assertThat(problems.all())
                .singleElement()
                .asString()
                .startsWith("path_config_source.path: ")
                .contains("absent.yaml");
    }

    @Test
    void aMoveInTheWatchedFolderIsEnough() throws Exception {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        Files.writeString(one.resolve("eds.yaml"), assignments("1", "a"));
        Files.writeString(two.resolve("eds.yaml"), assignments("2", "a"));
        Path mount = Files.createDirectory(folder.resolve("mount"));
        Path data = Files.createSymbolicLink(mount.resolve("..data"), one);
        Path file = Files.createSymbolicLink(mount.resolve("eds.yaml"), Path.of("..data/eds.yaml"));
        ConfigSource.Builder source = path(file).toBuilder();
        source.getPathConfigSourceBuilder().getWatchedDirectoryBuilder().setPath(mount.toString());
        start(source.build());
        assertThat(next()).isEqualTo("1: a@1");

        Path fresh = Files.createSymbolicLink(mount.resolve("..new"), two);
        Files.move(
                fresh, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(next()).isEqualTo("2: a@2");
    }

    @Test
    void sourcesThatAreNotFilesAreRefusedByName() {
        ConfigSource.Builder source = ConfigSource.newBuilder();
        source.getAdsBuilder();
        assertThat(open(source.build())).isNull();
        assertThat(problems.all()).singleElement().hasToString("ads: is not supported yet");
    }

    @Test
    void theVersionAsANumberIsItsXxHash() {
        assertThat(XxHash64.of("")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(XxHash64.of("abc")).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(XxHash64.of("Nobody inspects the spammish repetition"))
                .isEqualTo(0xFBCEA83C8A378BF1L);
    }
}
