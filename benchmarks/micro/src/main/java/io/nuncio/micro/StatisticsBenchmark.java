package io.nuncio.micro;

import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Histogram;

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

/// What it costs to count and to record.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StatisticsBenchmark {
    private final StatsStore store = StatsStore.detached();
    private final Counter counter = store.root().counter("requests");
    private final Histogram histogram = store.root().histogram("time", Histogram.Unit.MILLISECONDS);
    private long value;

    @Benchmark
    public void count() {
        counter.increment();
    }

    @Benchmark
    public void record() {
        value = (value + 7) & 1023;
        histogram.record(value);
    }
}
