package io.nuncio.kernel.compile;

import io.nuncio.spi.Worker;

import java.util.function.Function;

/// A value that each loop has its own of. Each slot is written and read by its own loop's thread
/// alone.
final class PerWorker<T> implements Function<Worker, T> {
    private final Object[] values;
    private final Function<Worker, T> maker;

    PerWorker(int workers, Function<Worker, T> maker) {
        this.values = new Object[workers + 1];
        this.maker = maker;
    }

    @Override
    @SuppressWarnings("unchecked") // Only maker's values are stored.
    public T apply(Worker worker) {
        int slot = worker.index() + 1;
        Object value = values[slot];
        if (value == null) {
            value = maker.apply(worker);
            values[slot] = value;
        }
        return (T) value;
    }
}
