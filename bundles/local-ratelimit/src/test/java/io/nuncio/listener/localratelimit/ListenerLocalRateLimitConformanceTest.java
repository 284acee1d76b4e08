package io.nuncio.listener.localratelimit;

import io.envoyproxy.envoy.extensions.filters.listener.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.ListenerFilterConformance;
import io.nuncio.testkit.conformance.ListenerRule;

import org.junit.jupiter.api.Test;

class ListenerLocalRateLimitConformanceTest {
    private static LocalRateLimit config(int tokens) {
        return YamlMessages.of(
                LocalRateLimit.getDefaultInstance(),
                "stat_prefix: edge\ntoken_bucket: {max_tokens: %d, fill_interval: 1s}"
                        .formatted(tokens));
    }

    @Test
    void keepsTheRulesOfTheSpi() {
        ListenerFilterConformance.of(new ListenerLocalRateLimitExtension(), config(10)).check();
        ListenerFilterConformance.of(new ListenerLocalRateLimitExtension(), config(1))
                .except(ListenerRule.SOCKETS_ARE_APART, "the bucket is for all sockets")
                .check();
    }
}
