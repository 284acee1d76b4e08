package io.nuncio.kernel.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.util.Timestamps;

import io.envoyproxy.envoy.admin.v3.EcdsConfigDump;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Map;

/// All configurations of extensions that come from outside. Places that name the same one of the
/// same source share its subscription, and take each change of it together. Thread: main.
public final class ExtensionDiscovery {
    private final Subscriptions subscriptions;
    private final StatsScope root;
    private final Map<Key, DiscoveredConfig> configs = new LinkedHashMap<>();

    /// What is discovered, with Envoy's names for statistics and for the part of `/config_dump`.
    public enum Kind {
        HTTP_FILTER("http_filter", "ecds_filter_http"),
        NETWORK_FILTER("network_filter", "ecds_filter_network"),
        TCP_LISTENER_FILTER("tcp_listener_filter", "ecds_filter_tcp_listener");

        private final String statPrefix;
        private final String dump;

        Kind(String statPrefix, String dump) {
            this.statPrefix = statPrefix;
            this.dump = dump;
        }

        /// The key of its part of `/config_dump`.
        public String dumpKey() {
            return dump;
        }
    }

    private record Key(Kind kind, ConfigSource source, String name) {}

    /// @param root the scope without a prefix
    public ExtensionDiscovery(Subscriptions subscriptions, StatsScope root) {
        this.subscriptions = subscriptions;
        this.root = root;
    }

    /// Prepares a place, which must be closed; nothing is asked for before
    /// [DiscoveredExtension#begin].
    ///
    /// @param field of the source, below the context's problems
    public DiscoveredExtension place(
            Kind kind,
            String name,
            ExtensionConfigSource source,
            FactoryContext context,
            String field) {
        Problems problems = context.problems().in(field);
        if (source.getApplyDefaultConfigWithoutWarming() && !source.hasDefaultConfig()) {
            problems.add(
                    "",
                    "filter config " + name + " applied without warming but has no default config");
        }
        DiscoveredConfig config = config(kind, name, source.getConfigSource(), problems);
        var place = new DiscoveredExtension(name, source, config, context, field);
        if (config != null) {
            config.join(place);
        }
        return place;
    }

    private @Nullable DiscoveredConfig config(
            Kind kind, String name, ConfigSource source, Problems problems) {
        Key key = new Key(kind, source, name);
        DiscoveredConfig known = configs.get(key);
        if (known != null) {
            return known;
        }
        DiscoveredConfig opened =
                DiscoveredConfig.open(
                        name,
                        source,
                        subscriptions,
                        root.scope("extension_config_discovery." + kind.statPrefix + "." + name),
                        () -> configs.remove(key),
                        problems.in("config_source"));
        if (opened != null) {
            configs.put(key, opened);
        }
        return opened;
    }

    /// The part of `/config_dump`; without those of which nothing has come.
    public EcdsConfigDump dump(Kind kind) {
        EcdsConfigDump.Builder dump = EcdsConfigDump.newBuilder();
        configs.forEach((key, config) -> {
            DiscoveredConfig.Current current = config.current();
            if (key.kind == kind && current != null) {
                dump.addEcdsFiltersBuilder()
                        .setVersionInfo(current.version())
                        .setEcdsFilter(Any.pack(current.message()))
                        .setLastUpdated(Timestamps.fromMillis(current.lastUpdatedMillis()));
            }
        });
        return dump.build();
    }
}
