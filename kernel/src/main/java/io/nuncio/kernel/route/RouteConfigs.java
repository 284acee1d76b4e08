package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

import java.util.ArrayList;
import java.util.List;

/// The route configurations that are in use, for those who want to look at them. Thread: main.
public final class RouteConfigs {
    private final List<InUse> statics = new ArrayList<>();
    private final List<InUse> dynamics = new ArrayList<>();

    /// A configuration as it was written.
    ///
    /// @param version as its source calls it; empty for one of the bootstrap
    /// @param lastUpdatedMillis milliseconds since the epoch
    public record InUse(RouteConfiguration config, String version, long lastUpdatedMillis) {}

    /// Remembers one that a listener has in its own configuration.
    ///
    /// @return what to run when it is no longer used
    Runnable add(RouteConfiguration config) {
        return add(statics, new InUse(config, "", System.currentTimeMillis()));
    }

    /// Remembers one that came by RDS.
    ///
    /// @return what to run when it is no longer used
    Runnable addDynamic(RouteConfiguration config, String version) {
        return add(dynamics, new InUse(config, version, System.currentTimeMillis()));
    }

    private static Runnable add(List<InUse> list, InUse added) {
        list.add(added);
        // The same configuration may be in use twice.
        return () -> list.removeIf(each -> each == added);
    }

    /// Those that listeners have in their own configuration, in the order in which they came.
    public List<InUse> statics() {
        return List.copyOf(statics);
    }

    /// Those that came by RDS, in the order in which they came.
    public List<InUse> dynamics() {
        return List.copyOf(dynamics);
    }
}
