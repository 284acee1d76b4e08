package io.nuncio.kernel.http;

import io.nuncio.kernel.lease.Succession;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.spi.Connection;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpStream;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.function.Supplier;

/// A chain some of whose filters get their configuration from outside: each change makes another
/// chain of the same filters but one, which serves the streams that begin from then on. Thread:
/// main, except [#start].
final class ChangingFilterChain implements HttpFilterChain {
    private final List<DiscoveredFilter> discovered;
    private final Supplier<UseCount> counts;
    private volatile FilterChain current;
    private final Succession before = new Succession(); // chains that streams still use
    private boolean unused;
    private @Nullable Runnable whenUnused;

    /// @param first how it begins
    /// @param discovered begin to ask for their configurations
    /// @param counts makes the count of a chain's streams
    ChangingFilterChain(
            FilterChain first, List<DiscoveredFilter> discovered, Supplier<UseCount> counts) {
        this.current = first;
        this.discovered = List.copyOf(discovered);
        this.counts = counts;
        this.discovered.forEach(filter -> filter.begin(this));
    }

    @Override
    public HttpStream start(Worker worker, @Nullable Connection connection, HttpStream.Sink sink) {
        return current.start(worker, connection, sink);
    }

    /// Puts another filter at a place.
    ///
    /// @param released run when no stream uses the filter before it
    void replace(int index, FilterSlot slot, Runnable released) {
        FilterChain old = current;
        FilterSlot[] slots = old.slots().clone();
        slots[index] = slot;
        current = new FilterChain(slots, old.stats(), old.logger(), counts.get(), old.calls());
        Runnable unusedNow = before.replaced(released);
        old.whenUnused(() -> {
            unusedNow.run();
            tell();
        });
    }

    @Override
    public void whenUnused(Runnable task) {
        close();
        whenUnused = task;
        current.whenUnused(() -> {
            unused = true;
            tell();
        });
    }

    private void tell() {
        Runnable task = whenUnused;
        if (unused && before.unused() && task != null) {
            whenUnused = null;
            task.run();
        }
    }

    @Override
    public void close() {
        discovered.forEach(DiscoveredFilter::close);
    }
}
