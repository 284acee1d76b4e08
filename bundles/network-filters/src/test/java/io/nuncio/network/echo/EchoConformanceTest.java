package io.nuncio.network.echo;

import io.envoyproxy.envoy.extensions.filters.network.echo.v3.Echo;
import io.nuncio.testkit.conformance.NetworkFilterConformance;

import org.junit.jupiter.api.Test;

class EchoConformanceTest {
    @Test
    void keepsTheRulesOfTheSpi() {
        NetworkFilterConformance.of(new EchoExtension(), Echo.getDefaultInstance()).check();
    }
}
