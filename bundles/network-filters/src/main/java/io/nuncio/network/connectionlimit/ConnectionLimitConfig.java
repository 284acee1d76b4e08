package io.nuncio.network.connectionlimit;

import io.envoyproxy.envoy.config.core.v3.RuntimeFeatureFlag;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.nuncio.spi.FactoryContext;

import java.util.function.BooleanSupplier;

/// What one place in the configuration says.
///
/// @param maxConnections as an unsigned number
/// @param delayNanos how long a connection over the limit is kept before it is closed, 0 for not at
///   all
record ConnectionLimitConfig(long maxConnections, long delayNanos, BooleanSupplier enabled) {
    static ConnectionLimitConfig from(ConnectionLimit message, FactoryContext context) {
        if (!message.hasMaxConnections()) {
            context.problems().add("max_connections", "must be set");
        }
        RuntimeFeatureFlag flag = message.getRuntimeEnabled();
        boolean byDefault = !flag.hasDefaultValue() || flag.getDefaultValue().getValue();
        return new ConnectionLimitConfig(
                message.getMaxConnections().getValue(),
                message.getDelay().getSeconds() * 1_000_000_000L + message.getDelay().getNanos(),
                context.runtime().flag(flag.getRuntimeKey(), byDefault));
    }
}
