package io.nuncio.kernel.compile;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The values that templates share by key. They live as long as the server: templates are not
/// released before it.
public final class SharedValues implements AutoCloseable {
    private record Key(String extension, String key) {}

    private final Map<Key, Object> values = new ConcurrentHashMap<>();
    private final Logger logger = LoggerFactory.getLogger("extension");

    @SuppressWarnings("unchecked") // A key names one value, made by the first who asks.
    <T> T get(String extension, String key, Supplier<T> maker) {
        return (T) values.computeIfAbsent(new Key(extension, key), absent -> maker.get());
    }

    @Override
    public void close() {
        for (Map.Entry<Key, Object> entry : values.entrySet()) {
            if (entry.getValue() instanceof AutoCloseable closeable) {
                try {
                    closeable.close();
                } catch (Exception bug) {
                    logger.warn(
                            "closing {} of {} failed",
                            entry.getKey().key(),
                            entry.getKey().extension(),
                            bug);
                }
            }
        }
        values.clear();
    }
}
