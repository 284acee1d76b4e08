package io.nuncio.testkit;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.Histogram;
import io.nuncio.spi.LoadBalancerContext;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Cluster;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.HttpPool;
import io.nuncio.spi.host.ResourcePriority;
import io.nuncio.spi.host.TcpPool;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A cluster with one host and one pool, which the test plays.
public final class FakeCluster implements Cluster, ClusterInfo, ClusterInfo.RequestStats {
    private final String name;
    private final StatsScope stats;
    private final FakePool pool;
    private final FakeTcpPool tcpPool;
    private final List<String> charged = new ArrayList<>();
    private final List<Integer> retried = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private Metadata metadata = Metadata.getDefaultInstance();
    private boolean hostsUsable = true;
    private boolean connectionsAllowed = true;
    private int bufferLimit = 1024 * 1024;
    private Duration maxStreamDuration = Duration.ZERO;
    private ResourcePriority lastPriority = ResourcePriority.DEFAULT;
    private @Nullable LoadBalancerContext lastPick;
    private int maxRetries = Integer.MAX_VALUE;
    private int retriesActive;

    FakeCluster(String name, StatsScope root) {
        this.name = name;
        this.stats = root.scope("cluster." + name);
        this.pool = new FakePool(name);
        this.tcpPool = new FakeTcpPool(pool);
    }

    /// From now on no host may be used.
    public void noHealthyHost() {
        hostsUsable = false;
    }

    public FakePool pool() {
        return pool;
    }

    public FakeTcpPool tcpPool() {
        return tcpPool;
    }

    /// The priority of the latest request.
    public ResourcePriority priority() {
        return lastPriority;
    }

    /// The responses that were counted, as `200` or `503 internal`.
    public List<String> charged() {
        return charged;
    }

    /// The responses that were not passed on, since their requests were tried again.
    public List<Integer> retried() {
        return retried;
    }

    /// How many retries may be under way at once; any number by default.
    public FakeCluster maxRetries(int limit) {
        maxRetries = limit;
        return this;
    }

    /// How many retries are under way.
    public int retriesActive() {
        return retriesActive;
    }

    /// The context of the latest pick.
    public LoadBalancerContext pick() {
        if (lastPick == null) {
            throw new AssertionError("no host was asked for");
        }
        return lastPick;
    }

    /// The response times that were recorded, in milliseconds.
    public List<Long> times() {
        return times;
    }

    @Override
    public ClusterInfo info() {
        return this;
    }

    @Override
    public @Nullable HttpPool httpPool(
            ResourcePriority priority, @Nullable Protocol downstream, LoadBalancerContext context) {
        lastPriority = priority;
        lastPick = context;
        return hostsUsable ? pool : null;
    }

    @Override
    public @Nullable TcpPool tcpPool(LoadBalancerContext context) {
        lastPick = context;
        return hostsUsable ? tcpPool : null;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String observabilityName() {
        return name;
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    /// What is said of the cluster.
    public FakeCluster metadata(Metadata value) {
        metadata = value;
        return this;
    }

    @Override
    public int perConnectionBufferLimit() {
        return bufferLimit;
    }

    /// Zero for none.
    public void maxStreamDuration(Duration limit) {
        maxStreamDuration = limit;
    }

    @Override
    public long maxStreamDurationNanos() {
        return maxStreamDuration.toNanos();
    }

    @Override
    public RequestStats requestStats() {
        return this;
    }

    @Override
    public boolean canCreateRequest(ResourcePriority priority) {
        return true;
    }

    /// From now on no connection may be made.
    public void noConnections() {
        connectionsAllowed = false;
    }

    @Override
    public boolean canCreateConnection(ResourcePriority priority) {
        return connectionsAllowed;
    }

    @Override
    public RetryBreaker retryBreaker(ResourcePriority priority) {
        return new RetryBreaker() {
            @Override
            public boolean tryAcquire() {
                if (retriesActive >= maxRetries) {
                    return false;
                }
                retriesActive++;
                return true;
            }

            @Override
            public void release() {
                retriesActive--;
                if (retriesActive < 0) {
                    throw new AssertionError("more retries ended than began");
                }
            }
        };
    }

    @Override
    public void response(int status, boolean internal) {
        charged.add(status + (internal ? " internal" : ""));
    }

    @Override
    public void time(long millis, boolean internal) {
        times.add(millis);
    }

    @Override
    public Counter maxDurationReached() {
        return stats.counter("upstream_rq_max_duration_reached");
    }

    @Override
    public Counter timeout() {
        return stats.counter("upstream_rq_timeout");
    }

    @Override
    public void retriedResponse(int status) {
        retried.add(status);
    }

    @Override
    public Counter retry() {
        return stats.counter("upstream_rq_retry");
    }

    @Override
    public Counter retrySuccess() {
        return stats.counter("upstream_rq_retry_success");
    }

    @Override
    public Counter retryLimitExceeded() {
        return stats.counter("upstream_rq_retry_limit_exceeded");
    }

    @Override
    public Counter retryOverflow() {
        return stats.counter("upstream_rq_retry_overflow");
    }

    @Override
    public Counter retryBackOffExponential() {
        return stats.counter("upstream_rq_retry_backoff_exponential");
    }

    @Override
    public Counter retryBackOffRateLimited() {
        return stats.counter("upstream_rq_retry_backoff_ratelimited");
    }

    @Override
    public Counter retryOrShadowAbandoned() {
        return stats.counter("retry_or_shadow_abandoned");
    }

    @Override
    public Counter perTryTimeout() {
        return stats.counter("upstream_rq_per_try_timeout");
    }

    @Override
    public Counter perTryIdleTimeout() {
        return stats.counter("upstream_rq_per_try_idle_timeout");
    }

    @Override
    public Counter pendingFailureEject() {
        return stats.counter("upstream_rq_pending_failure_eject");
    }

    @Override
    public Counter maintenanceMode() {
        return stats.counter("upstream_rq_maintenance_mode");
    }

    @Override
    public Counter rxReset() {
        return stats.counter("upstream_rq_rx_reset");
    }

    @Override
    public Counter txReset() {
        return stats.counter("upstream_rq_tx_reset");
    }

    @Override
    public Counter cancelled() {
        return stats.counter("upstream_rq_cancelled");
    }

    @Override
    public Gauge active() {
        return stats.gauge("upstream_rq_active");
    }

    @Override
    public Counter connectAttemptsExceeded() {
        return stats.counter("upstream_cx_connect_attempts_exceeded");
    }

    @Override
    public Histogram connectMillis() {
        return stats.histogram("upstream_cx_connect_ms", Histogram.Unit.MILLISECONDS);
    }
}
