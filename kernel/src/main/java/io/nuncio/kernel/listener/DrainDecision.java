package io.nuncio.kernel.listener;

import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ServerState;

/// Whether the connections of one listener should end (Envoy: DrainManagerImpl). Begun on the main
/// thread, asked on the workers.
final class DrainDecision {
    private static final long NOT_DRAINING = Long.MAX_VALUE;

    private final DrainSettings settings;
    private final ServerState server;
    private final boolean modifyOnly;
    private volatile long beganNanos = NOT_DRAINING;

    /// @param modifyOnly true if the server's failed health check is no reason
    DrainDecision(DrainSettings settings, ServerState server, boolean modifyOnly) {
        this.settings = settings;
        this.server = server;
        this.modifyOnly = modifyOnly;
    }

    /// @param nowNanos the monotonic time; a drain that has begun goes on
    void begin(long nowNanos) {
        if (beganNanos == NOT_DRAINING) {
            beganNanos = nowNanos;
        }
    }

    boolean draining() {
        return beganNanos != NOT_DRAINING;
    }

    /// By chance under the gradual strategy: ask once per decision.
    boolean close(Worker worker) {
        if (!modifyOnly && server.healthCheckFailed()) {
            return true;
        }
        long began = beganNanos;
        if (began == NOT_DRAINING) {
            return false;
        }
        long elapsed = worker.nanoTime() - began;
        return settings.immediate()
                || elapsed >= settings.timeNanos()
                || elapsed > Math.floorMod(worker.random(), settings.timeNanos());
    }
}
