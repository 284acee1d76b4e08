package io.nuncio.spi.host;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/// Configuration that comes from outside and changes: from files, and by xDS. Thread: main.
@ProviderType
public interface Subscriptions {
    /// Prepares a subscription; nothing comes before [Subscription#start].
    ///
    /// @param watcher gets what comes, until the subscription is closed
    /// @param stats gets `update_attempt`, `update_success`, `update_failure`, `update_rejected`,
    ///   `update_time`, `version`, `version_text`, `init_fetch_timeout`
    /// @param problems at the source's field
    /// @return null if the source is of no use; the problem is reported
    <M extends Message> @Nullable Subscription open(
            ConfigSource source,
            ResourceType<M> type,
            ResourceWatcher<M> watcher,
            StatsScope stats,
            Problems problems);
}
