package io.nuncio.network.directresponse;

import io.envoyproxy.envoy.extensions.filters.network.direct_response.v3.Config;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.NetworkFilterConformance;

import org.junit.jupiter.api.Test;

class DirectResponseConformanceTest {
    @Test
    void keepsTheRulesOfTheSpi() {
        String yaml = "response: {inline_string: hello}";
        Config config = YamlMessages.of(Config.getDefaultInstance(), yaml);
        NetworkFilterConformance.of(new DirectResponseExtension(), config).check();
    }
}
