package io.nuncio.network.connectionlimit;

import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.NetworkFilterConformance;
import io.nuncio.testkit.conformance.NetworkRule;

import org.junit.jupiter.api.Test;

class ConnectionLimitConformanceTest {
    private static ConnectionLimit config(String more) {
        return YamlMessages.of(ConnectionLimit.getDefaultInstance(), "stat_prefix: p\n" + more);
    }

    @Test
    void keepsTheRulesOfTheSpi() {
        NetworkFilterConformance.of(new ConnectionLimitExtension(), config("max_connections: 10"))
                .check();
    }

    @Test
    void keepsThemAtTheLimitToo() {
        NetworkFilterConformance.of(
                        new ConnectionLimitExtension(), config("max_connections: 1\ndelay: 2s"))
                .except(NetworkRule.CONNECTIONS_ARE_APART, "the limit is for all connections")
                .check();
    }
}
