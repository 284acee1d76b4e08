package io.nuncio.listener.tlsinspector;

import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.nuncio.testkit.conformance.ListenerFilterConformance;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;

class TlsInspectorConformanceTest {
    private static ListenerFilterConformance suite(byte[] first) {
        return ListenerFilterConformance.of(
                        new TlsInspectorExtension(), TlsInspector.getDefaultInstance())
                .sends(first);
    }

    @Test
    void keepsTheRulesOfTheSpi() {
        suite(Hellos.recorded().getFirst().bytes()).check();
        suite("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1)).check();
    }
}
