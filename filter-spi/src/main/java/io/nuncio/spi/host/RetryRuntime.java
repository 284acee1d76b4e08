package io.nuncio.spi.host;

import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.nuncio.spi.RuntimeFraction;
import io.nuncio.spi.RuntimeValues;

import java.util.function.LongSupplier;

/// What the runtime says of all retries.
///
/// @param baseMillis the base of the back-off where the route has none
/// @param enabled which retries are made at all
public record RetryRuntime(LongSupplier baseMillis, RuntimeFraction enabled) {
    /// Thread: main; what is returned may be used anywhere.
    public static RetryRuntime from(RuntimeValues runtime) {
        return new RetryRuntime(
                runtime.integer("upstream.base_retry_backoff_ms", 25),
                runtime.fraction(
                        RuntimeFractionalPercent.newBuilder()
                                .setDefaultValue(FractionalPercent.newBuilder().setNumerator(100))
                                .setRuntimeKey("upstream.use_retry")
                                .build()));
    }
}
