package io.nuncio.kernel.secret;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.WatchedDirectory;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.nuncio.kernel.init.InitManager;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.SecretSource;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Secrets without their users: the test plays these, and the source.
class SecretManagerTest {
    @TempDir Path folder;

    private final WorkerLoops loops = WorkerLoops.create(1, IoEngine.NIO);
    private final FileWatcher files = new FileWatcher(loops.main());
    private final StatsStore stats = StatsStore.detached();
    private final Problems problems = new Problems();
    private final InitManager init = new InitManagers(() -> 0).create("Listener in");
    private final List<String> log = new ArrayList<>();
    private ResourceWatcher<Secret> asked;
    private final SecretManager secrets = new SecretManager(new HandFed(), files, stats.root());

    @AfterEach
    void close() {
        onMain(files::close);
        loops.close();
    }

    private void onMain(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loops.main()
                .post(() -> {
                    try {
                        task.run();
                        done.complete(null);
                    } catch (Throwable failure) {
                        done.completeExceptionally(failure);
                    }
                });
        done.join();
    }

    /// Where all secrets come from.
    private final class HandFed implements Subscriptions {
        @Override
        @SuppressWarnings("unchecked") // only secrets are asked for
        public <M extends Message> Subscription open(
                ConfigSource source,
                ResourceType<M> type,
                ResourceWatcher<M> watcher,
                StatsScope scope,
                Problems wrong) {
            asked = (ResourceWatcher<Secret>) watcher;
            return new Subscription() {
                @Override
                public void start(Set<String> names) {
                    log.add("asked for " + names);
                }

                @Override
                public String source() {
                    return "the test";
                }

                @Override
                public void close() {
                    log.add("closed");
                }
            };
        }
    }

    private void come(Secret... resources) {
        List<ResourceUpdate.Entry<Secret>> entries = new ArrayList<>();
        for (Secret secret : resources) {
            entries.add(new ResourceUpdate.Entry<>(secret.getName(), "7", secret, problems));
        }
        asked.onUpdate(
                new ResourceUpdate<>() {
                    @Override
                    public List<Entry<Secret>> resources() {
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
                        return "7";
                    }

                    @Override
                    public Problems problems() {
                        return problems;
                    }
                });
    }

    private FactoryContext context() {
        return (FactoryContext)
                Proxy.newProxyInstance(
                        SecretManagerTest.class.getClassLoader(),
                        new Class<?>[] {FactoryContext.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "problems" -> problems;
                                    case "initTargets" -> init;
                                    default -> throw new AssertionError(method);
                                });
    }

    private static Secret generic(String name, String text) {
        return Secret.newBuilder()
                .setName(name)
                .setGenericSecret(
                        GenericSecret.newBuilder()
                                .setSecret(DataSource.newBuilder().setInlineString(text)))
                .build();
    }

    private SecretSource find(SdsSecretConfig.Builder config) {
        return secrets.find(config.build(), Secret.TypeCase.GENERIC_SECRET, context(), "token");
    }

    private static SdsSecretConfig.Builder named(String name) {
        return SdsSecretConfig.newBuilder().setName(name);
    }

    private SecretSource discover(String name) {
        return find(named(name).setSdsConfig(ConfigSource.getDefaultInstance()));
    }

    private List<String> reported() {
        return problems.all().stream().map(Problems.Problem::toString).toList();
    }

    @Test
    void aGenericSecretIsGivenToWhoAsksForIt() {
        Secret secret = generic("token", "s3cret");
        secrets.load(List.of(secret), problems);
        assertThat(find(named("token")).current()).isEqualTo(secret);
        assertThat(problems.none()).isTrue();
        assertThat(init.unready()).isEmpty();
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatThereAre() {
        secrets.load(
                List.of(
                        generic("one", "1"),
                        generic("two", "2"),
                        Secret.newBuilder()
                                .setName("three")
                                .setTlsCertificate(TlsCertificate.getDefaultInstance())
                                .build()),
                problems);
        assertThat(find(named("three"))).isNull();
        assertThat(reported())
                .containsExactly(
                        "token.name: Unknown static secret: three; expected one of one, two");
    }

    @Test
    void aNameStandsOnceAndHasAContent() {
        secrets.load(
                List.of(
                        generic("one", "1"),
                        generic("one", "2"),
                        Secret.newBuilder().setName("empty").build()),
                problems);
        assertThat(reported())
                .containsExactly(
                        "[1].name: Duplicate static generic_secret secret name one",
                        "[2]: the secret has no content; expected tls_certificate,"
                                + " validation_context or generic_secret");
    }

    @Test
    void whoIsCompiledWaitsForTheSecret() {
        SecretSource source = discover("token");
        List<Boolean> ready = new ArrayList<>();
        assertThat(log).as("asked before its time").isEmpty();
        init.initialize(() -> ready.add(true));
        assertThat(log).containsExactly("asked for [token]");
        assertThat(init.unready())
                .singleElement()
                .satisfies(target -> {
                    assertThat(target.target()).isEqualTo("SdsApi token");
                    assertThat(target.reason()).isEqualTo("the test");
                });
        assertThat(source.current()).isNull();
        come(generic("token", "1"));
        assertThat(ready).containsExactly(true);
        assertThat(source.current()).isEqualTo(generic("token", "1"));
    }

    @Test
    void theWaitIsOverWhenNothingCame() {
        discover("token");
        init.initialize(() -> log.add("ready"));
        asked.onFetchFailed();
        assertThat(log).containsExactly("asked for [token]", "ready");
        assertThat(init.failures()).containsExactly("SdsApi token: no secret came");
    }

    @Test
    void theSameSecretOfTheSameSourceIsAskedForOnce() {
        SecretSource one = discover("token");
        SecretSource other = discover("token");
        init.initialize(() -> {});
        come(generic("token", "1"));
        assertThat(log).containsExactly("asked for [token]");
        assertThat(other.current()).isEqualTo(one.current()).isNotNull();
        assertThat(discover("token").current()).as("one who comes later").isNotNull();
        one.close();
        assertThat(log).hasSize(1);
    }

    @Test
    void itIsGivenUpWithItsLastUse() {
        SecretSource one = discover("token");
        SecretSource other = discover("token");
        one.close();
        other.close();
        assertThat(log).containsExactly("closed");
        assertThat(secrets.configDump().getDynamicWarmingSecretsCount()).isZero();
    }

    @Test
    void aSecretThatIsRefusedLeavesTheOneBefore() {
        SecretSource source = discover("token");
        source.watch((secret, wrong) -> {
            if (secret.getGenericSecret().getSecret().getInlineString().equals("bad")) {
                wrong.add("secret", "is bad");
            }
        });
        init.initialize(() -> {});
        come(generic("token", "good"));
        come(generic("token", "bad"));
        assertThat(reported()).containsExactly("generic_secret.secret: is bad");
        assertThat(source.current()).isEqualTo(generic("token", "good"));
    }

    @Test
    void anAnswerWithoutTheSecretIsRefused() {
        discover("token");
        init.initialize(() -> log.add("ready"));
        come();
        assertThat(reported())
                .containsExactly("resources: Missing SDS resources for token in onConfigUpdate()");
        assertThat(log).as("the server starts all the same").endsWith("ready");
    }

    @Test
    void aSecretOfAnotherKindIsRefused() {
        discover("token");
        init.initialize(() -> {});
        come(
                Secret.newBuilder()
                        .setName("token")
                        .setTlsCertificate(TlsCertificate.getDefaultInstance())
                        .build());
        assertThat(reported()).containsExactly("was `tls_certificate`, expected generic_secret");
    }

    @Test
    void theDumpHasWhatIsThereAndWhatIsWaitedFor() throws InvalidProtocolBufferException {
        secrets.load(List.of(generic("own", "1")), problems);
        discover("token");
        var before = secrets.configDump();
        assertThat(before.getStaticSecrets(0).getName()).isEqualTo("own");
        assertThat(before.getDynamicWarmingSecrets(0).getVersionInfo()).isEqualTo("uninitialized");
        init.initialize(() -> {});
        come(generic("token", "2"));
        var after = secrets.configDump();
        assertThat(after.getDynamicWarmingSecretsCount()).isZero();
        assertThat(after.getDynamicActiveSecrets(0).getVersionInfo()).isEqualTo("7");
        assertThat(after.getDynamicActiveSecrets(0).getSecret().unpack(Secret.class))
                .isEqualTo(generic("token", "2"));
    }

    private void move(String name, String content) throws Exception {
        Path fresh = Files.writeString(folder.resolve(name + ".new"), content);
        Files.move(
                fresh,
                folder.resolve(name),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void theFilesOfASecretAreReadAnewWhenTheyChange() throws Exception {
        move("token", "1");
        Secret secret =
                Secret.newBuilder()
                        .setName("token")
                        .setGenericSecret(
                                GenericSecret.newBuilder()
                                        .setSecret(
                                                DataSource.newBuilder()
                                                        .setFilename(
                                                                folder.resolve("token")
                                                                        .toString())))
                        .build();
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        onMain(() -> {
            discover("token")
                    .watch((_, wrong) -> {
                        try {
                            String content = Files.readString(folder.resolve("token"));
                            told.add(content);
                            if (content.equals("bad")) {
                                wrong.add("secret", "is bad");
                            }
                        } catch (java.io.IOException failure) {
                            throw new java.io.UncheckedIOException(failure);
                        }
                    });
            init.initialize(() -> {});
            come(secret);
        });
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("1");
        move("token", "2");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("2");
        assertThat(stats.value("sds.token.key_rotation_failed")).isZero();
        move("token", "bad");
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("bad");
        onMain(() -> {});
        assertThat(stats.value("sds.token.key_rotation_failed")).isEqualTo(1);
    }

    @Test
    void aSecretOfTheConfigurationIsReadAnewOnlyWhenItsWatchedFolderChanges() throws Exception {
        move("key", "1");
        Path watched = Files.createDirectory(folder.resolve("watched"));
        TlsCertificate.Builder certificate =
                TlsCertificate.newBuilder()
                        .setPrivateKey(
                                DataSource.newBuilder()
                                        .setFilename(folder.resolve("key").toString()))
                        .setWatchedDirectory(
                                WatchedDirectory.newBuilder().setPath(watched.toString()));
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        onMain(() -> {
            SecretSource source =
                    secrets.inline(Secret.newBuilder().setTlsCertificate(certificate).build());
            source.watch((secret, _) -> told.add(secret.getTypeCase().name()));
        });
        move("key", "2");
        assertThat(told.poll(300, TimeUnit.MILLISECONDS)).isNull();
        Files.createFile(watched.resolve("..data"));
        assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("TLS_CERTIFICATE");
    }
}
