package io.nuncio.kernel.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.TextFormat;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.nuncio.kernel.format.StreamFake;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.host.Extensions;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class AccessLogListTest {
    @Test
    void eachLoggerIsFoundByNameConfiguredAndAskedIfItsFilterHolds() throws Exception {
        List<String> written = new ArrayList<>();
        Extensions extensions =
                new Extensions() {
                    @Override
                    public <T> T compile(
                            Category category,
                            String name,
                            Any config,
                            Class<T> template,
                            FactoryContext context,
                            String field) {
                        String label = name + " " + config.getTypeUrl() + " " + field;
                        return template.cast((AccessLogger) _ -> written.add(label));
                    }

                    @Override
                    public <T> T compile(
                            Category category,
                            TypedExtensionConfig config,
                            Class<T> template,
                            FactoryContext context,
                            String field) {
                        throw new AssertionError(field);
                    }
                };
        Listener listener =
                TextFormat.parse(
                        """
                        access_log { name: 'one' typed_config { type_url: 'a/b' } }
                        access_log {
                          name: 'two'
                          filter { status_code_filter { comparison { op: GE value {
                            default_value: 500 runtime_key: 'x' } } } }
                        }
                        """,
                        Listener.class);
        AccessLogger log =
                new AccessLogCompiler(extensions, () -> 0)
                        .compile(
                                listener.getAccessLogList(),
                                new FakeFactoryContext(),
                                "access_log");

        StreamFake stream = new StreamFake();
        log.log(stream);
        assertThat(written).containsExactly("one a/b access_log[0].typed_config");
        stream.responseCode = 503;
        log.log(stream);
        assertThat(written)
                .containsExactly(
                        "one a/b access_log[0].typed_config",
                        "one a/b access_log[0].typed_config",
                        "two  access_log[1].typed_config");
    }

    @Test
    void aLoggerThatFailsKeepsNobodyElseFromWriting() throws Exception {
        List<String> written = new ArrayList<>();
        AccessLogger bad =
                _ -> {
                    throw new IllegalStateException("expected by the test");
                };
        Extensions extensions =
                new Extensions() {
                    @Override
                    public <T> T compile(
                            Category category,
                            String name,
                            Any config,
                            Class<T> template,
                            FactoryContext context,
                            String field) {
                        AccessLogger good = _ -> written.add(name);
                        return template.cast(name.equals("bad") ? bad : good);
                    }

                    @Override
                    public <T> T compile(
                            Category category,
                            TypedExtensionConfig config,
                            Class<T> template,
                            FactoryContext context,
                            String field) {
                        throw new AssertionError(field);
                    }
                };
        Listener listener =
                TextFormat.parse(
                        "access_log { name: 'bad' } access_log { name: 'good' }", Listener.class);
        AccessLogger log =
                new AccessLogCompiler(extensions, () -> 0)
                        .compile(
                                listener.getAccessLogList(),
                                new FakeFactoryContext(),
                                "access_log");
        log.log(new StreamFake());
        log.log(new StreamFake());
        assertThat(written).containsExactly("good", "good");
    }
}
