package io.nuncio.network.localratelimit;

import io.envoyproxy.envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.NetworkFilterConformance;
import io.nuncio.testkit.conformance.NetworkRule;

import org.junit.jupiter.api.Test;

class NetworkLocalRateLimitConformanceTest {
    private static LocalRateLimit config(int tokens) {
        return YamlMessages.of(
                LocalRateLimit.getDefaultInstance(),
                "stat_prefix: p\ntoken_bucket: {max_tokens: %d, fill_interval: 1s}"
                        .formatted(tokens));
    }

    @Test
    void keepsTheRulesOfTheSpi() {
        NetworkFilterConformance.of(new NetworkLocalRateLimitExtension(), config(10)).check();
    }

    @Test
    void keepsThemWithoutATokenToo() {
        NetworkFilterConformance.of(new NetworkLocalRateLimitExtension(), config(1))
                .except(NetworkRule.CONNECTIONS_ARE_APART, "the bucket is for all connections")
                .check();
    }
}
