package io.nuncio.kernel.subscription;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextReadout;
import io.nuncio.spi.host.XxHash64;

/// The statistics of one subscription, with Envoy's names.
record SubscriptionStats(
        Counter attempt,
        Counter success,
        Counter failure,
        Counter rejected,
        Counter initFetchTimeout,
        Gauge time,
        Gauge version,
        TextReadout versionText) {
    static SubscriptionStats in(StatsScope scope) {
        return new SubscriptionStats(
                scope.counter("update_attempt"),
                scope.counter("update_success"),
                scope.counter("update_failure"),
                scope.counter("update_rejected"),
                scope.counter("init_fetch_timeout"),
                scope.gauge("update_time"),
                scope.gauge("version"),
                scope.textReadout("version_text"));
    }

    void accepted(String text, long nowMillis) {
        success.increment();
        time.set(nowMillis);
        version.set(XxHash64.of(text));
        versionText.set(text);
    }
}
