package io.nuncio.listener.originalsrc;

import io.envoyproxy.envoy.extensions.filters.listener.original_src.v3.OriginalSrc;
import io.nuncio.testkit.conformance.ListenerFilterConformance;

import org.junit.jupiter.api.Test;

class OriginalSrcConformanceTest {
    @Test
    void keepsTheRulesOfTheSpi() {
        OriginalSrc config = OriginalSrc.getDefaultInstance();
        ListenerFilterConformance.of(new OriginalSrcExtension(), config).check();
    }
}
