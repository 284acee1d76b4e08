package io.nuncio.kernel.upstream;

import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.kernel.network.ConnectOptions;
import io.nuncio.spi.Address;
import io.nuncio.spi.Host;
import io.nuncio.spi.HostPublisher.HostSpec;
import io.nuncio.spi.TransportOptions;
import io.nuncio.spi.TransportSocketTemplate;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/// One host of a cluster. Its facts change on the main thread, its active requests on all; what a
/// worker has for the host stands in that worker's slot and is the worker's alone.
final class UpstreamHost implements Host {
    private static final VarHandle ACTIVE_REQUESTS;
    private static final VarHandle HEALTH_FLAGS;
    private static final VarHandle SLOTS = MethodHandles.arrayElementVarHandle(WorkerHost[].class);

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            ACTIVE_REQUESTS =
                    lookup.findVarHandle(UpstreamHost.class, "activeRequests", long.class);
            HEALTH_FLAGS = lookup.findVarHandle(UpstreamHost.class, "healthFlags", int.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final UpstreamClusterInfo cluster;
    private final Address address;
    private final String hostname;
    private final Locality locality;
    private final int priority;
    private final @Nullable WorkerHost[] slots;
    private volatile @Nullable Metadata metadata;
    private @Nullable Metadata localityMetadata; // for the main thread
    private volatile Dialing dialing;
    private volatile int weight;
    private volatile int healthFlags;
    private volatile long activeRequests;

    /// @param slotCount one more than there are workers
    UpstreamHost(UpstreamClusterInfo cluster, HostSpec spec, int priority, int slotCount) {
        this.cluster = cluster;
        this.address = spec.address();
        this.hostname = spec.hostname();
        this.locality = spec.locality();
        this.priority = priority;
        this.slots = new WorkerHost[slotCount];
        this.metadata = spec.metadata();
        this.localityMetadata = spec.localityMetadata();
        this.dialing = cluster.dialing(metadata, localityMetadata);
        this.weight = spec.weight();
        this.healthFlags = edsFlags(spec.health());
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public String hostname() {
        return hostname;
    }

    @Override
    public String cluster() {
        return cluster.name();
    }

    @Override
    public Locality locality() {
        return locality;
    }

    @Override
    public @Nullable Metadata metadata() {
        return metadata;
    }

    @Override
    public int weight() {
        return weight;
    }

    @Override
    public int priority() {
        return priority;
    }

    @Override
    public Health health() {
        int flags = healthFlags;
        if (flags == 0) {
            return Health.HEALTHY;
        }
        if ((flags & HealthFlag.UNHEALTHY) != 0) {
            return Health.UNHEALTHY;
        }
        return (flags & HealthFlag.DEGRADED) != 0 ? Health.DEGRADED : Health.HEALTHY;
    }

    @Override
    public boolean secure() {
        TransportSocketTemplate socket = dialing.raw().transport();
        return socket != null && socket.secure();
    }

    @Override
    public long activeRequests() {
        return activeRequests;
    }

    @Override
    public String toString() {
        return cluster.name() + "/" + address;
    }

    /// Takes over what discovery says. Thread: main.
    ///
    /// @return true if anything changed
    boolean update(HostSpec spec) {
        boolean changed = weight != spec.weight();
        weight = spec.weight();
        if (!Objects.equals(metadata, spec.metadata())
                || !Objects.equals(localityMetadata, spec.localityMetadata())) {
            metadata = spec.metadata();
            localityMetadata = spec.localityMetadata();
            dialing = cluster.dialing(metadata, localityMetadata);
            changed = true;
        }
        int old = healthFlags;
        int flags = (old & ~HealthFlag.EDS) | edsFlags(spec.health());
        if (flags != old) {
            HEALTH_FLAGS.getAndBitwiseAnd(this, ~HealthFlag.EDS);
            HEALTH_FLAGS.getAndBitwiseOr(this, edsFlags(spec.health()));
            changed = true;
        }
        return changed;
    }

    /// What changes the bytes of connections that speak that protocol, and so may have wishes to
    /// fulfil and downstreams to tell apart; null for nothing.
    @Nullable TransportSocketTemplate transport(UpstreamProtocol protocol) {
        Dialing now = dialing;
        return now.plain() ? null : now.options(protocol).transport();
    }

    /// How a new connection that speaks that protocol is opened.
    ConnectOptions connectOptions(UpstreamProtocol protocol) {
        ConnectOptions options = dialing.options(protocol);
        return options.transport() == null ? options : options.withHost(this);
    }

    /// How a new connection that speaks whatever its user speaks is opened.
    ///
    /// @param wishes what it asks of its transport socket
    ConnectOptions rawConnectOptions(TransportOptions wishes) {
        ConnectOptions options = dialing.raw();
        return options.transport() == null && wishes.shared().isEmpty()
                ? options
                : options.withHost(this).withTransportOptions(wishes);
    }

    int healthFlags() {
        return healthFlags;
    }

    boolean canary() {
        Metadata now = metadata;
        return now != null
                && now.containsFilterMetadata("envoy.lb")
                && now.getFilterMetadataOrThrow("envoy.lb")
                        .getFieldsOrDefault(
                                "canary", com.google.protobuf.Value.getDefaultInstance())
                        .getBoolValue();
    }

    void addActiveRequests(long amount) {
        ACTIVE_REQUESTS.getAndAdd(this, amount);
    }

    /// What the given worker has for this host, null if nothing yet. Thread: that worker.
    @Nullable WorkerHost slot(int index) {
        return slots[index];
    }

    /// Thread: the slot's worker.
    void slot(int index, WorkerHost value) {
        SLOTS.setRelease(slots, index, value);
    }

    /// The sum over all workers. Any thread.
    long count(int which) {
        long sum = 0;
        for (int i = 0; i < slots.length; i++) {
            WorkerHost slot = (WorkerHost) SLOTS.getAcquire(slots, i);
            if (slot != null) {
                sum += slot.counts().value(which);
            }
        }
        return sum;
    }

    private static int edsFlags(HealthStatus status) {
        return switch (status) {
            case UNHEALTHY, TIMEOUT -> HealthFlag.FAILED_EDS_HEALTH.bit();
            case DRAINING -> HealthFlag.EDS_STATUS_DRAINING.bit();
            case DEGRADED -> HealthFlag.DEGRADED_EDS_HEALTH.bit();
            case UNKNOWN, HEALTHY, UNRECOGNIZED -> 0;
        };
    }
}
