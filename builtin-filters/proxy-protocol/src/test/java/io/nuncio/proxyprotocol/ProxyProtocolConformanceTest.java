package io.nuncio.proxyprotocol;

import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import io.nuncio.testkit.YamlMessages;
import io.nuncio.testkit.conformance.ListenerFilterConformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.HexFormat;

class ProxyProtocolConformanceTest {
    /// Version 1, version 2, and none where it need not be there.
    @ParameterizedTest
    @CsvSource({
        "false, 50524f585920544350342031302e312e322e3320302e302e302e3020363535333520310d0a6d6f7265",
        "false, 0d0a0d0a000d0a515549540a2111000c0102030400010102030500026d6f7265",
        "true, 474554202f20485454502f312e310d0a0d0a"
    })
    void keepsTheRulesOfTheSpi(boolean optional, String first) {
        ProxyProtocol config =
                YamlMessages.of(
                        ProxyProtocol.getDefaultInstance(),
                        "allow_requests_without_proxy_protocol: " + optional);
        ListenerFilterConformance.of(new ProxyProtocolExtension(), config)
                .sends(HexFormat.of().parseHex(first))
                .check();
    }
}
