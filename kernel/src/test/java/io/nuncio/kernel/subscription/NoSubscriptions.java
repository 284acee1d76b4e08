package io.nuncio.kernel.subscription;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

/// For tests in which nothing comes from outside.
public enum NoSubscriptions implements Subscriptions {
    INSTANCE;

    @Override
    public <M extends Message> Subscription open(
            ConfigSource source,
            ResourceType<M> type,
            ResourceWatcher<M> watcher,
            StatsScope stats,
            Problems problems) {
        throw new AssertionError("not needed here: " + source);
    }
}
