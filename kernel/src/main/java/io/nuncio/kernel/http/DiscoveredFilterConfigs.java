package io.nuncio.kernel.http;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The configurations of filters that came from outside and are in force, for `/config_dump`.
/// Thread: main.
public final class DiscoveredFilterConfigs {
    private final Map<Object, Current> current = new LinkedHashMap<>();

    /// One that is in force.
    ///
    /// @param version as its source names it, may be empty
    public record Current(String version, TypedExtensionConfig config, long lastUpdatedMillis) {}

    /// All, in the order in which the first of each came.
    public List<Current> all() {
        return List.copyOf(current.values());
    }

    void set(Object owner, Current config) {
        current.put(owner, config);
    }

    void remove(Object owner) {
        current.remove(owner);
    }
}
