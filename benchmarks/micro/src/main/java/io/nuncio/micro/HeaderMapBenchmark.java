package io.nuncio.micro;

import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/// The operations on headers that a request meets on its way.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeaderMapBenchmark {
    private static final HeaderName OWN = HeaderName.of("x-own-header");

    private final RequestHeaders request = Requests.browser("/index.html?a=b");

    /// A header that has a slot.
    @Benchmark
    public boolean wellKnownIs() {
        return request.is(HeaderName.METHOD, "GET");
    }

    /// A header without a slot, which is not there.
    @Benchmark
    public boolean absent() {
        return request.contains(OWN);
    }

    /// The text of a value, which makes a string.
    @Benchmark
    public String text() {
        return request.get(HeaderName.PATH, "");
    }

    /// What the connection manager and the router do to the headers of a request.
    @Benchmark
    public int mutate() {
        request.set(HeaderName.X_FORWARDED_PROTO, "http");
        request.set(HeaderName.X_REQUEST_ID, "7c4c1f9e-8a5f-9b0c-8c0e-2f6b1d3a4e5f");
        request.set(HeaderName.X_ENVOY_EXPECTED_RQ_TIMEOUT_MS, "15000");
        request.remove(HeaderName.CONNECTION);
        return request.size();
    }

    @Benchmark
    public RequestHeaders copy() {
        return RequestHeaders.copyOf(request);
    }
}
