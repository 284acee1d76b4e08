package io.nuncio.kernel.calls;

import io.nuncio.spi.Address;
import io.nuncio.spi.Calls;
import io.nuncio.spi.Counter;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Clusters;
import io.nuncio.spi.host.RetryRuntime;
import io.nuncio.spi.host.ServerState;

import org.jspecify.annotations.Nullable;

/// What calls are made with; one per server. Any thread.
public final class CallServices {
    private final Clusters clusters;
    private final ServerState server;
    private final RetryRuntime retries;
    private final Stats stats;

    /// Statistics of all calls, `http.async-client.`, as of any router.
    record Stats(Counter total, Counter resetAfterResponseStarted) {}

    public CallServices(
            Clusters clusters, ServerState server, RuntimeValues runtime, StatsScope root) {
        this.clusters = clusters;
        this.server = server;
        retries = RetryRuntime.from(runtime);
        StatsScope scope = root.scope("http.async-client");
        stats =
                new Stats(
                        scope.counter("rq_total"),
                        scope.counter("rq_reset_after_downstream_response_started"));
    }

    /// An owner of calls, for that loop.
    public Calls calls(Worker worker) {
        return new OwnedCalls(this, worker);
    }

    Clusters clusters() {
        return clusters;
    }

    RetryRuntime retries() {
        return retries;
    }

    Stats stats() {
        return stats;
    }

    /// What `x-forwarded-for` says; null if this machine has no IP address.
    @Nullable String localAddress() {
        return server.localAddress() instanceof Address.Ip ip ? ip.host() : null;
    }
}
