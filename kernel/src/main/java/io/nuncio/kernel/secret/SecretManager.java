package io.nuncio.kernel.secret;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;

import io.envoyproxy.envoy.admin.v3.SecretsConfigDump;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.SecretSource;
import io.nuncio.spi.host.Secrets;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// All secrets of a server. Thread: main.
public final class SecretManager implements Secrets {
    private final Subscriptions subscriptions;
    private final FileWatcher files;
    private final StatsScope root;
    private final long loadedMillis = System.currentTimeMillis();

    /// A type has names of its own.
    private final Map<Secret.TypeCase, Map<String, Secret>> statics = new TreeMap<>();

    private final Map<Key, DiscoveredSecret> discovered = new LinkedHashMap<>();

    private record Key(Secret.TypeCase type, SdsSecretConfig config) {}

    /// @param root gets `sds.<name>.`
    public SecretManager(Subscriptions subscriptions, FileWatcher files, StatsScope root) {
        this.subscriptions = subscriptions;
        this.files = files;
        this.root = root;
    }

    /// Takes the secrets of the bootstrap, before anything is compiled that may name them.
    ///
    /// @param problems at the list
    public void load(List<Secret> secrets, Problems problems) {
        for (int index = 0; index < secrets.size(); index++) {
            Secret secret = secrets.get(index);
            Problems here = problems.in("[" + index + "]");
            Secret.TypeCase type = secret.getTypeCase();
            if (type == Secret.TypeCase.TYPE_NOT_SET) {
                here.at("")
                        .expected("tls_certificate, validation_context or generic_secret")
                        .because("the secret has no content");
                continue;
            }
            Map<String, Secret> named = statics.computeIfAbsent(type, _ -> new TreeMap<>());
            if (named.putIfAbsent(secret.getName(), secret) != null) {
                here.at("name")
                        .because(
                                "Duplicate static "
                                        + field(type)
                                        + " secret name "
                                        + secret.getName());
            }
        }
    }

    /// As the configuration calls the kind.
    static String field(Secret.TypeCase type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public @Nullable SecretSource find(
            SdsSecretConfig config, Secret.TypeCase type, FactoryContext context, String field) {
        if (config.hasSdsConfig()) {
            return discover(config, type, context, field);
        }
        Map<String, Secret> known = statics.getOrDefault(type, Map.of());
        Secret secret = known.get(config.getName());
        if (secret == null) {
            context.problems()
                    .at(field + ".name")
                    .expected(
                            known.isEmpty()
                                    ? "a secret of static_resources.secrets that is a "
                                            + field(type)
                                    : "one of " + String.join(", ", known.keySet()))
                    .because("Unknown static secret: " + config.getName());
            return null;
        }
        return inline(secret);
    }

    private @Nullable SecretSource discover(
            SdsSecretConfig config, Secret.TypeCase type, FactoryContext context, String field) {
        Key key = new Key(type, config);
        DiscoveredSecret known = discovered.get(key);
        if (known == null) {
            StatsScope stats = root.scope("sds." + config.getName());
            DiscoveredSecret made =
                    new DiscoveredSecret(
                            config.getName(), type, files, stats, () -> discovered.remove(key));
            Subscription subscription =
                    subscriptions.open(
                            config.getSdsConfig(),
                            ResourceType.SECRET,
                            made,
                            stats,
                            context.problems().in(field + ".sds_config"));
            if (subscription == null) {
                stats.close();
                return null;
            }
            made.from(subscription);
            discovered.put(key, made);
            known = made;
        }
        return known.use(context.initTargets());
    }

    @Override
    public SecretSource inline(Secret secret) {
        return new InlineSecret(secret, files);
    }

    /// What `/config_dump` shows; the page hides what is sensitive.
    public SecretsConfigDump configDump() {
        SecretsConfigDump.Builder dump = SecretsConfigDump.newBuilder();
        for (Map<String, Secret> named : statics.values()) {
            for (Secret secret : named.values()) {
                dump.addStaticSecrets(
                        SecretsConfigDump.StaticSecret.newBuilder()
                                .setName(secret.getName())
                                .setLastUpdated(timestamp(loadedMillis))
                                .setSecret(Any.pack(secret)));
            }
        }
        for (DiscoveredSecret each : discovered.values()) {
            Secret secret = each.current();
            SecretsConfigDump.DynamicSecret.Builder shown =
                    SecretsConfigDump.DynamicSecret.newBuilder()
                            .setName(each.name())
                            .setVersionInfo(each.version())
                            .setLastUpdated(timestamp(each.updatedMillis()))
                            .setSecret(
                                    Any.pack(
                                            secret == null
                                                    ? Secret.newBuilder()
                                                            .setName(each.name())
                                                            .build()
                                                    : secret));
            if (secret == null) {
                dump.addDynamicWarmingSecrets(shown);
            } else {
                dump.addDynamicActiveSecrets(shown);
            }
        }
        return dump.build();
    }

    private static Timestamp timestamp(long millis) {
        return Timestamp.newBuilder()
                .setSeconds(millis / 1000)
                .setNanos((int) (millis % 1000) * 1_000_000)
                .build();
    }
}
