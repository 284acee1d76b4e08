package io.nuncio.kernel.stream;

import com.google.protobuf.Struct;

import io.nuncio.spi.Address;
import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.Connection;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.Route;
import io.nuncio.spi.SharedState;
import io.nuncio.spi.TraceReason;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.MutableStreamInfo;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The facts of one stream, or of one connection that carries none. What few streams have
/// (metadata, filter state, flags) is allocated when it is first set.
public final class StreamFacts implements MutableStreamInfo {
    /// How many moments are the stream's own; those that follow are its upstream connection's.
    private static final int MOMENTS = Moment.UPSTREAM_CONNECT_BEGIN.ordinal();

    private final Worker worker;
    private final ConnectionInfo downstream;

    /// That carries the stream; null for the connection's own facts.
    private final @Nullable Connection connection;

    private final long startTimeMicros;
    private final long startNanos;
    private final long[] moments = new long[MOMENTS];

    private @Nullable Address remoteAddress;
    private @Nullable Protocol protocol;
    private @Nullable UpstreamInfo upstream;
    private Route route = Route.NONE;
    private @Nullable String cluster;
    private @Nullable String virtualCluster;
    private @Nullable String requestId;
    private @Nullable String responseCodeDetails;
    private @Nullable String connectionTerminationDetails;
    private @Nullable List<ResponseFlag> flags;
    private @Nullable Map<String, Struct> metadata;
    private @Nullable Map<String, Object> filterState;
    private @Nullable Set<String> readOnlyState;
    private @Nullable Map<String, SharedState> sharedState;
    private @Nullable Map<String, Long> namedMoments;
    private @Nullable List<String> customFlags;
    private @Nullable ClusterInfo clusterInfo;
    private ByteCounts downstreamBytes = ByteCounts.NONE;
    private TraceReason traceReason = TraceReason.NOT_TRACEABLE;
    private long bytesReceived;
    private long bytesSent;
    private int responseCode;
    private int attemptCount;
    private boolean healthCheck;
    private boolean schemeMatchesUpstream;
    private boolean localReply;

    /// Facts of a connection, or of a stream that has none, that begin now.
    public StreamFacts(Worker worker, ConnectionInfo downstream) {
        this(worker, downstream, null);
    }

    /// Facts of a stream that begin now.
    ///
    /// @param connection that carries it, and whose filter state it sees
    public StreamFacts(Worker worker, Connection connection) {
        this(worker, connection.info(), connection);
    }

    private StreamFacts(Worker worker, ConnectionInfo downstream, @Nullable Connection connection) {
        this.worker = worker;
        this.downstream = downstream;
        this.connection = connection;
        this.startTimeMicros = worker.currentTimeMicros();
        this.startNanos = worker.nanoTime();
        Arrays.fill(moments, -1);
    }

    @Override
    public long startTimeMillis() {
        return startTimeMicros / 1000;
    }

    @Override
    public long startTimeMicros() {
        return startTimeMicros;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public long nanos(Moment moment) {
        int place = moment.ordinal();
        return place < MOMENTS ? moments[place] : ofUpstream(moment);
    }

    /// What all streams of an upstream connection have in common.
    private long ofUpstream(Moment moment) {
        ConnectionInfo host = upstream == null ? null : upstream.connection();
        if (host == null) {
            return -1;
        }
        return switch (moment) {
            case UPSTREAM_CONNECT_BEGIN -> host.connectBeginNanos();
            case UPSTREAM_CONNECT_END -> host.connectEndNanos();
            default -> host.handshakeEndNanos();
        };
    }

    @Override
    public long nanos(String moment) {
        return namedMoments == null ? -1 : namedMoments.getOrDefault(moment, -1L);
    }

    @Override
    public void mark(String moment) {
        if (namedMoments == null) {
            namedMoments = new HashMap<>(4);
        }
        namedMoments.put(moment, worker.nanoTime());
    }

    @Override
    public void mark(Moment moment) {
        if (moment.ordinal() < MOMENTS) {
            moments[moment.ordinal()] = worker.nanoTime();
        }
    }

    @Override
    public @Nullable Protocol protocol() {
        return protocol;
    }

    @Override
    public void protocol(Protocol value) {
        protocol = value;
    }

    @Override
    public ConnectionInfo downstream() {
        return downstream;
    }

    @Override
    public Address remoteAddress() {
        return remoteAddress == null ? downstream.remoteAddress() : remoteAddress;
    }

    @Override
    public void remoteAddress(Address address) {
        remoteAddress = address;
    }

    @Override
    public @Nullable UpstreamInfo upstream() {
        return upstream;
    }

    @Override
    public void upstream(@Nullable UpstreamInfo value) {
        upstream = value;
    }

    @Override
    public Route route() {
        return route;
    }

    /// Notes the route that was resolved; [Route#NONE] if it was forgotten.
    public void route(Route value) {
        route = value;
    }

    @Override
    public @Nullable String cluster() {
        return cluster;
    }

    @Override
    public void cluster(@Nullable String name) {
        cluster = name;
    }

    @Override
    public @Nullable ClusterInfo clusterInfo() {
        return clusterInfo;
    }

    @Override
    public void clusterInfo(@Nullable ClusterInfo info) {
        clusterInfo = info;
    }

    @Override
    public int responseCode() {
        return responseCode;
    }

    @Override
    public void responseCode(int status) {
        responseCode = status;
    }

    @Override
    public @Nullable String responseCodeDetails() {
        return responseCodeDetails;
    }

    @Override
    public void responseCodeDetails(String details) {
        responseCodeDetails = details;
    }

    @Override
    public @Nullable String connectionTerminationDetails() {
        return connectionTerminationDetails;
    }

    @Override
    public void connectionTerminationDetails(String details) {
        connectionTerminationDetails = details;
    }

    @Override
    public void addFlag(ResponseFlag flag) {
        if (flags == null) {
            flags = new ArrayList<>(2);
        }
        if (!flags.contains(flag)) {
            flags.add(flag);
        }
    }

    @Override
    public boolean hasFlag(ResponseFlag flag) {
        return flags != null && flags.contains(flag);
    }

    @Override
    public List<ResponseFlag> flags() {
        return flags == null ? List.of() : Collections.unmodifiableList(flags);
    }

    @Override
    public List<String> customFlags() {
        return customFlags == null ? List.of() : Collections.unmodifiableList(customFlags);
    }

    @Override
    public void addCustomFlag(String flag) {
        if (customFlags == null) {
            customFlags = new ArrayList<>(2);
        }
        customFlags.add(flag);
    }

    @Override
    public ByteCounts downstreamBytes() {
        return downstreamBytes;
    }

    @Override
    public void downstreamBytes(ByteCounts counts) {
        downstreamBytes = counts;
    }

    @Override
    public TraceReason traceReason() {
        return traceReason;
    }

    @Override
    public void traceReason(TraceReason reason) {
        traceReason = reason;
    }

    @Override
    public long bytesReceived() {
        return bytesReceived;
    }

    @Override
    public void addBytesReceived(long bytes) {
        bytesReceived += bytes;
    }

    @Override
    public long bytesSent() {
        return bytesSent;
    }

    @Override
    public void addBytesSent(long bytes) {
        bytesSent += bytes;
    }

    @Override
    public int attemptCount() {
        return attemptCount;
    }

    @Override
    public void attemptCount(int attempts) {
        attemptCount = attempts;
    }

    @Override
    public @Nullable String requestId() {
        return requestId;
    }

    @Override
    public void requestId(@Nullable String id) {
        requestId = id;
    }

    @Override
    public @Nullable String virtualCluster() {
        return virtualCluster;
    }

    @Override
    public void virtualCluster(@Nullable String name) {
        virtualCluster = name;
    }

    @Override
    public Map<String, Struct> metadata() {
        return metadata == null ? Map.of() : Collections.unmodifiableMap(metadata);
    }

    @Override
    public @Nullable Struct metadata(String namespace) {
        return metadata == null ? null : metadata.get(namespace);
    }

    @Override
    public void mergeMetadata(String namespace, Struct values) {
        if (metadata == null) {
            metadata = new HashMap<>(4);
        }
        metadata.merge(
                namespace,
                values,
                (old, added) -> old.toBuilder().putAllFields(added.getFieldsMap()).build());
    }

    @Override
    public @Nullable Object filterState(String key) {
        Object own = filterState == null ? null : filterState.get(key);
        return own == null ? ofConnection(key) : own;
    }

    private @Nullable Object ofConnection(String key) {
        return connection == null ? null : connection.filterState(key);
    }

    @Override
    public void filterState(String key, Object value) {
        filterState(key, value, false);
    }

    @Override
    public boolean filterState(String key, Object value, boolean readOnly) {
        if (filterState == null) {
            filterState = new HashMap<>(4);
        }
        boolean wasReadOnly = readOnlyState != null && readOnlyState.contains(key);
        if (wasReadOnly
                || (readOnly && filterState.containsKey(key))
                || ofConnection(key) != null) {
            return false;
        }
        if (readOnly) {
            if (readOnlyState == null) {
                readOnlyState = new HashSet<>(4);
            }
            readOnlyState.add(key);
        }
        filterState.put(key, value);
        if (sharedState != null) {
            sharedState.remove(key);
        }
        return true;
    }

    @Override
    public boolean filterState(
            String key, Object value, boolean readOnly, SharedState.Sharing sharing) {
        if (!filterState(key, value, readOnly)) {
            return false;
        }
        if (sharing != SharedState.Sharing.NONE) {
            if (sharedState == null) {
                sharedState = new LinkedHashMap<>(4);
            }
            SharedState.Sharing onward =
                    sharing == SharedState.Sharing.ONCE ? SharedState.Sharing.NONE : sharing;
            sharedState.put(key, new SharedState(key, value, readOnly, onward));
        }
        return true;
    }

    @Override
    public List<SharedState> sharedState() {
        List<SharedState> ofConnection = connection == null ? List.of() : connection.sharedState();
        if (sharedState == null) {
            return ofConnection;
        }
        List<SharedState> all = new ArrayList<>(ofConnection);
        all.addAll(sharedState.values());
        return all;
    }

    @Override
    public boolean healthCheck() {
        return healthCheck;
    }

    @Override
    public void healthCheck(boolean value) {
        healthCheck = value;
    }

    @Override
    public boolean schemeMatchesUpstream() {
        return schemeMatchesUpstream;
    }

    @Override
    public void schemeMatchesUpstream(boolean value) {
        schemeMatchesUpstream = value;
    }

    @Override
    public boolean localReply() {
        return localReply;
    }

    /// Notes that the proxy makes the response itself.
    public void localReply(boolean value) {
        localReply = value;
    }
}
