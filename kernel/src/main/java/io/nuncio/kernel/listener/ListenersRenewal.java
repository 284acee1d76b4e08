package io.nuncio.kernel.listener;

import io.nuncio.kernel.lease.Renewal;

import java.util.LinkedHashMap;
import java.util.Map;

/// Listeners with what shall take the place of some of their parts. A listener that was itself
/// replaced meanwhile has nothing to renew. Thread: main.
final class ListenersRenewal implements Renewal {
    private record Change(CompiledListener old, CompiledListener renewed) {}

    private final DrainingListeners draining;
    private final Runnable afterwards;
    private final Map<ActiveListener, Change> changes = new LinkedHashMap<>();

    /// @param afterwards run when it is published
    ListenersRenewal(DrainingListeners draining, Runnable afterwards) {
        this.draining = draining;
        this.afterwards = afterwards;
    }

    void add(ActiveListener listener, CompiledListener renewed) {
        changes.put(listener, new Change(listener.compiled(), renewed));
    }

    @Override
    public void publish() {
        changes.forEach((listener, change) -> {
            if (listener.stopped() || listener.compiled() != change.old()) {
                Renewals.close(change.old(), change.renewed());
            } else {
                listener.renew(change.renewed(), chain -> draining.begin(listener, chain));
            }
        });
        afterwards.run();
    }

    @Override
    public void cancel() {
        changes.values().forEach(change -> Renewals.close(change.old(), change.renewed()));
    }
}
