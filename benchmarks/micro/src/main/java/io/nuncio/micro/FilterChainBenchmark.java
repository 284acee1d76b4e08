package io.nuncio.micro;

import com.google.protobuf.Any;

import io.nuncio.kernel.http.FilterChains;
import io.nuncio.kernel.http.HttpFilterCompiler;
import io.nuncio.spi.Buffer;
import io.nuncio.spi.HeadersOutcome;
import io.nuncio.spi.HttpFilter;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.Stream;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.HttpStream;
import io.nuncio.spi.host.MutableStreamInfo;
import io.nuncio.testkit.FakeFactoryContext;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// One stream through filters that let everything pass, to a terminal filter that answers.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FilterChainBenchmark {
    /// How many filters, the terminal one included.
    @Param({"1", "3", "10"})
    public int filters = 3;

    private final QuietWorker worker = new QuietWorker();
    private final RequestHeaders request = Requests.browser("/");
    private final ResponseHeaders response = ResponseHeaders.of(200);
    private @Nullable HttpFilterChain chain;

    @Setup
    public void compile() {
        var entries = new ArrayList<HttpFilterChains.Entry>();
        for (int i = 0; i < filters; i++) {
            String name = i == filters - 1 ? "terminal" : "passing";
            entries.add(new HttpFilterChains.Entry(name, Any.getDefaultInstance(), false));
        }
        var context = new FakeFactoryContext();
        chain =
                new FilterChains((entry, below, field) ->
                        new HttpFilterCompiler.CompiledFilter(
                                entry.name().equals("terminal")
                                        ? new Answering()
                                        : stream -> new HttpFilter() {},
                                HttpFilterCompiler.FailureListener.NONE))
                        .compile(entries, context, "http_filters");
        if (!context.reported().isEmpty()) {
            throw new IllegalStateException(context.reported().toString());
        }
    }

    /// @return the status that came back
    @Benchmark
    public int stream() {
        var outlet = new Outlet();
        HttpStream stream = Objects.requireNonNull(chain).start(worker, null, outlet);
        stream.requestHeaders(request, true);
        stream.destroy();
        return outlet.status;
    }

    private final class Answering implements HttpFilterTemplate {
        @Override
        public HttpFilter create(Stream stream) {
            return new HttpFilter() {
                @Override
                public HeadersOutcome onRequestHeaders(RequestHeaders headers, boolean endStream) {
                    stream.respondHeaders(response, true, "benchmark");
                    return HeadersOutcome.PAUSE;
                }
            };
        }

        @Override
        public boolean terminal() {
            return true;
        }
    }

    /// Where responses go.
    private static final class Outlet implements HttpStream.Sink {
        int status;

        @Override
        public Route resolveRoute(RequestHeaders headers, MutableStreamInfo info) {
            return Route.NONE;
        }

        @Override
        public void informational(ResponseHeaders headers) {}

        @Override
        public void headers(ResponseHeaders headers, boolean endStream) {
            status = headers.status();
        }

        @Override
        public void data(Buffer data, boolean endStream) {
            data.clear();
        }

        @Override
        public void trailers(Trailers trailers) {}

        @Override
        public void onComplete() {}

        @Override
        public void onReset() {}

        @Override
        public void pauseRequest(boolean pause) {}
    }
}
