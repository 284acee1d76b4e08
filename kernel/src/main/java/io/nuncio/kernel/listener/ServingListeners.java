package io.nuncio.kernel.listener;

import io.nuncio.kernel.network.InternalListeners;
import io.nuncio.spi.Gauge;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/// The listeners that serve, in the order in which they came, and how workers find them. Thread:
/// main, except what [#byAddress] says.
final class ServingListeners implements Iterable<ActiveListener> {
    private final List<ActiveListener> listeners = new ArrayList<>();
    private final ListenersByAddress byAddress = new ListenersByAddress();
    private final InternalListeners internal;
    private final Gauge active;

    /// @param internal where workers find internal listeners
    /// @param active how many there are
    ServingListeners(InternalListeners internal, Gauge active) {
        this.internal = internal;
        this.active = active;
    }

    /// Where workers find the listener of an address.
    ListenersByAddress byAddress() {
        return byAddress;
    }

    @Override
    public Iterator<ActiveListener> iterator() {
        return listeners.iterator();
    }

    List<ActiveListener> all() {
        return List.copyOf(listeners);
    }

    /// The workers do not find it before [#publish].
    void add(ActiveListener listener) {
        listeners.add(listener);
        active.set(listeners.size());
    }

    /// The workers find it until [#publish].
    void remove(ActiveListener listener) {
        listeners.remove(listener);
        active.set(listeners.size());
    }

    void clear() {
        listeners.clear();
        active.set(0);
        publish();
    }

    /// Has the workers find those that are here, by their addresses and names.
    void publish() {
        byAddress.publish(listeners);
        Map<String, List<WorkerListener>> byName = new HashMap<>();
        for (ActiveListener listener : listeners) {
            if (listener.config().internal() && !listener.stopped()) {
                byName.put(listener.config().name(), listener.parts());
            }
        }
        internal.publish(byName);
    }

    @Nullable ActiveListener find(String name) {
        for (ActiveListener listener : listeners) {
            if (listener.config().name().equals(name)) {
                return listener;
            }
        }
        return null;
    }

    /// Which other listener has one of the addresses already, null if none does.
    @Nullable String takenBy(ListenerConfig config) {
        for (ActiveListener listener : listeners) {
            ListenerConfig other = listener.config();
            if (!listener.stopped()
                    && !other.name().equals(config.name())
                    && config.conflictsWith(other)) {
                return other.name();
            }
        }
        return null;
    }
}
