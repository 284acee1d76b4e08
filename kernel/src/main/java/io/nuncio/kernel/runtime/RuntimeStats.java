package io.nuncio.kernel.runtime;

import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.StatsScope;

/// The statistics below `runtime.`, with Envoy's names.
record RuntimeStats(
        Counter deprecatedFeatureUse,
        Gauge deprecatedFeatureSeen,
        Counter loadError,
        Counter loadSuccess,
        Counter overrideDirExists,
        Counter overrideDirNotExists,
        Gauge adminOverridesActive,
        Gauge keys,
        Gauge layers) {
    static RuntimeStats in(StatsScope root) {
        StatsScope scope = root.scope("runtime");
        return new RuntimeStats(
                scope.counter("deprecated_feature_use"),
                scope.gauge("deprecated_feature_seen_since_process_start"),
                scope.counter("load_error"),
                scope.counter("load_success"),
                scope.counter("override_dir_exists"),
                scope.counter("override_dir_not_exists"),
                scope.gauge("admin_overrides_active"),
                scope.gauge("num_keys"),
                scope.gauge("num_layers"));
    }
}
