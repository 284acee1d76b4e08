package io.nuncio.listener.originaldst;

import io.envoyproxy.envoy.extensions.filters.listener.original_dst.v3.OriginalDst;
import io.nuncio.testkit.FakeConnectionInfo;
import io.nuncio.testkit.conformance.ListenerFilterConformance;

import org.junit.jupiter.api.Test;

class OriginalDstConformanceTest {
    @Test
    void keepsTheRulesOfTheSpi() {
        OriginalDst config = OriginalDst.getDefaultInstance();
        ListenerFilterConformance.of(new OriginalDstExtension(), config).check();
        ListenerFilterConformance.of(new OriginalDstExtension(), config)
                .socket(socket ->
                        socket.originalDestination(FakeConnectionInfo.ip("198.51.100.9", 443)))
                .check();
    }
}
