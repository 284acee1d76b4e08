package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

import java.util.ArrayList;
import java.util.List;

/// The route configurations that are in use, for those who want to look at them. Thread: main.
public final class RouteConfigs {
    private final List<InUse> all = new ArrayList<>();

    /// A configuration as it was written.
    ///
    /// @param lastUpdatedMillis milliseconds since the epoch
    public record InUse(RouteConfiguration config, long lastUpdatedMillis) {}

    /// Remembers one.
    ///
    /// @return what to run when it is no longer used
    Runnable add(RouteConfiguration config) {
        InUse added = new InUse(config, System.currentTimeMillis());
        all.add(added);
        // The same configuration may be in use twice.
        return () -> all.removeIf(each -> each == added);
    }

    /// Those that listeners have in their own configuration, in the order in which they came.
    public List<InUse> statics() {
        return List.copyOf(all);
    }
}
