package io.nuncio.kernel.compile;

import io.nuncio.kernel.lease.Leased;
import io.nuncio.kernel.lease.Leases;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// The values that the templates of one generation of a bundle share by key: made by the first who
/// asks, closed when the last configuration that asked is let go. Another generation has classes of
/// its own, which would not understand them. Thread: main.
public final class SharedValues implements AutoCloseable {
    /// @param generation null for what no bundle stands behind
    private record Key(@Nullable Leased generation, String key) {}

    /// A value, and the configurations that asked for it.
    private record Shared(Object value, Set<Leases> holders) {}

    private final Map<Key, Shared> values = new HashMap<>();
    private final Logger logger = LoggerFactory.getLogger("extension");

    @SuppressWarnings("unchecked") // A key names one value, made by the first who asks.
    <T> T get(@Nullable Leased generation, String name, Supplier<T> maker, Leases holder) {
        Key key = new Key(generation, name);
        Shared shared = values.get(key);
        if (shared == null) {
            shared = new Shared(maker.get(), new HashSet<>());
            values.put(key, shared);
        }
        if (shared.holders().add(holder)) {
            holder.atEnd(() -> release(key, holder));
        }
        return (T) shared.value();
    }

    private void release(Key key, Leases holder) {
        Shared shared = values.get(key);
        if (shared != null && shared.holders().remove(holder) && shared.holders().isEmpty()) {
            values.remove(key);
            close(key, shared.value());
        }
    }

    private void close(Key key, Object value) {
        if (value instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception bug) {
                logger.warn(
                        "closing {} of bundle {} failed",
                        key.key(),
                        key.generation() == null ? "(none)" : key.generation().bundle(),
                        bug);
            }
        }
    }

    @Override
    public void close() {
        values.forEach((key, shared) -> close(key, shared.value()));
        values.clear();
    }
}
