package io.nuncio.network.rbac;

import io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.NetworkFilterConformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkRbacConformanceTest {
    private static RBAC config(String more) {
        return YamlMessages.of(
                RBAC.getDefaultInstance(),
                """
                stat_prefix: p
                rules:
                  policies:
                    ten: {permissions: [{any: true}], principals: [{remote_ip: {address_prefix: 10.0.0.0, prefix_len: 8}}]}
                %s
                """
                        .formatted(more));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.1.1, ''",
        "10.1.1.1, 'enforcement_type: CONTINUOUS'",
        "192.0.2.7, ''",
        "192.0.2.7, 'delay_deny: 2s'"
    })
    void keepsTheRulesOfTheSpi(String peer, String more) {
        NetworkFilterConformance.of(new NetworkRbacExtension(), config(more))
                .connection(connection -> connection.info().from(peer))
                .check();
    }
}
