package io.nuncio.kernel.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;

import io.nuncio.spi.host.HttpFilterChains.Entry;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class FilterChainsTest {
    private final FakeFactoryContext context = new FakeFactoryContext();
    private final List<String> log = new ArrayList<>();
    private final FilterChains chains =
            new FilterChains((entry, given, field) -> {
                if (entry.name().equals("broken")) {
                    given.problems().add(field, "is broken");
                    return null;
                }
                return new HttpFilterCompiler.CompiledFilter(
                        entry.name().startsWith("router")
                                ? TestFilter.terminal(entry.name(), log)
                                : TestFilter.named(entry.name(), log),
                        HttpFilterCompiler.FailureListener.NONE);
            });

    @Test
    void chainThatEndsWithATerminalFilterIsAccepted() {
        compile("cors", "lua", "lua", "router");

        assertThat(context.reported()).isEmpty();
    }

    @Test
    void terminalFilterInTheMiddleIsRefused() {
        compile("router", "router2");

        assertThat(context.reported())
                .containsExactly(
                        "http_filters[0]: terminal filter `router` must be the last filter of its"
                                + " chain");
    }

    @Test
    void chainWithoutTerminalFilterIsRefused() {
        compile("cors");

        assertThat(context.reported())
                .containsExactly(
                        "http_filters[0]: non-terminal filter `cors` is the last filter of its"
                                + " chain; the last one must answer requests, as the router does");
    }

    @Test
    void emptyChainIsRefused() {
        compile();

        assertThat(context.reported())
                .containsExactly(
                        "http_filters: the chain is empty; expected at least a terminal filter,"
                                + " such as the router");
    }

    @Test
    void allProblemsAreReported() {
        compile("broken", "cors");

        assertThat(context.reported()).hasSize(2).first().isEqualTo("http_filters[0]: is broken");
    }

    @Test
    void disabledTerminalFilterIsRefused() {
        chains.compile(
                List.of(new Entry("router", Any.getDefaultInstance(), true)),
                context,
                "http_filters");

        assertThat(context.reported())
                .containsExactly("http_filters[0]: terminal filter `router` cannot be disabled");
    }

    @Test
    void disabledFilterIsLeftOutOfStreams() {
        var chain =
                (FilterChain)
                        chains.compile(
                                List.of(
                                        new Entry("cors", Any.getDefaultInstance(), true),
                                        new Entry("router", Any.getDefaultInstance(), false)),
                                context,
                                "http_filters");
        var stream = new ActiveStream(chain, new FakeWorker(), null, new StreamHarness());

        stream.requestHeaders(io.nuncio.spi.RequestHeaders.of("GET", "http", "a", "/"), true);

        assertThat(log).containsExactly("router requestHeaders end", "router requestComplete");
    }

    private void compile(String... names) {
        chains.compile(
                java.util.Arrays.stream(names)
                        .map(name -> new Entry(name, Any.getDefaultInstance(), false))
                        .toList(),
                context,
                "http_filters");
    }
}
