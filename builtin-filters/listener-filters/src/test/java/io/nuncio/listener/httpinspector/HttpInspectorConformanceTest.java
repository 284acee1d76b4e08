package io.nuncio.listener.httpinspector;

import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.nuncio.testkit.conformance.ListenerFilterConformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;

class HttpInspectorConformanceTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\nhost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "neither one nor the other\n"
            })
    void keepsTheRulesOfTheSpi(String first) {
        ListenerFilterConformance.of(
                        new HttpInspectorExtension(), HttpInspector.getDefaultInstance())
                .sends(first.getBytes(StandardCharsets.ISO_8859_1))
                .check();
    }
}
