package io.nuncio.kernel.format;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.Address;
import io.nuncio.spi.ByteCounts;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.Host;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.TlsInfo;
import io.nuncio.spi.TraceReason;
import io.nuncio.spi.Trailers;
import io.nuncio.spi.UpstreamInfo;
import io.nuncio.spi.host.ClusterInfo;
import io.nuncio.spi.host.ResourcePriority;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A stream whose facts a test sets: a context of formats, with a downstream and, on request, an
/// upstream connection.
public final class StreamFake implements FormatContext, StreamInfo {
    public final RequestHeaders request = new RequestHeaders();
    public final ResponseHeaders response = new ResponseHeaders();
    public final Trailers trailers = new Trailers();
    public final Map<Moment, Long> moments = new EnumMap<>(Moment.class);
    public final Map<String, Struct> metadata = new HashMap<>();
    public final Map<String, Object> filterState = new HashMap<>();
    public final List<ResponseFlag> flags = new ArrayList<>();
    public final ConnectionFake downstream = new ConnectionFake();
    public long startTimeMicros;
    public @Nullable Protocol protocol;
    public @Nullable Address remoteAddress;
    public @Nullable UpstreamFake upstream;
    public @Nullable String cluster;
    public @Nullable String routeName;
    public @Nullable String virtualCluster;
    public @Nullable String requestId;
    public @Nullable String responseCodeDetails;
    public @Nullable String connectionTerminationDetails;
    public String localReplyBody = "";
    public String accessLogType = "NotSet";
    public int responseCode;
    public int attemptCount;
    public long bytesReceived;
    public long bytesSent;
    public boolean healthCheck;
    public @Nullable ClusterFake clusterInfo;
    public Metadata routeMetadata = Metadata.getDefaultInstance();
    public List<String> customFlags = List.of();
    public TraceReason traceReason = TraceReason.NOT_TRACEABLE;
    public final Map<String, Long> namedMoments = new HashMap<>();
    public final BytesFake bytes = new BytesFake();

    public static Address address(String text) {
        int colon = text.lastIndexOf(':');
        if (text.startsWith("/")) {
            return new Address.Pipe(text, 0);
        }
        if (text.startsWith("envoy://")) {
            int slash = text.lastIndexOf('/');
            return new Address.Internal(text.substring(8, slash), text.substring(slash + 1));
        }
        try {
            String host = text.substring(0, colon).replace("[", "").replace("]", "");
            return new Address.Ip(
                    InetAddress.getByName(host), Integer.parseInt(text.substring(colon + 1)));
        } catch (UnknownHostException wrong) {
            throw new IllegalArgumentException(wrong);
        }
    }

    public ClusterFake clusterFake() {
        if (clusterInfo == null) {
            clusterInfo = new ClusterFake();
        }
        return clusterInfo;
    }

    @Override
    public @Nullable ClusterInfo clusterInfo() {
        return clusterInfo;
    }

    @Override
    public List<String> customFlags() {
        return customFlags;
    }

    @Override
    public ByteCounts downstreamBytes() {
        return bytes;
    }

    @Override
    public TraceReason traceReason() {
        return traceReason;
    }

    @Override
    public long nanos(String moment) {
        return namedMoments.getOrDefault(moment, -1L);
    }

    public UpstreamFake upstreamFake() {
        if (upstream == null) {
            upstream = new UpstreamFake();
        }
        return upstream;
    }

    @Override
    public StreamInfo info() {
        return this;
    }

    @Override
    public RequestHeaders requestHeaders() {
        return request;
    }

    @Override
    public ResponseHeaders responseHeaders() {
        return response;
    }

    @Override
    public Trailers responseTrailers() {
        return trailers;
    }

    @Override
    public String localReplyBody() {
        return localReplyBody;
    }

    @Override
    public String accessLogType() {
        return accessLogType;
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
        return 0;
    }

    @Override
    public long nanos(Moment moment) {
        return moments.getOrDefault(moment, -1L);
    }

    @Override
    public void mark(Moment moment) {
        moments.put(moment, 0L);
    }

    @Override
    public @Nullable Protocol protocol() {
        return protocol;
    }

    @Override
    public ConnectionInfo downstream() {
        return downstream;
    }

    @Override
    public Address remoteAddress() {
        return remoteAddress == null ? downstream.remote : remoteAddress;
    }

    @Override
    public @Nullable UpstreamInfo upstream() {
        return upstream;
    }

    @Override
    public void upstream(@Nullable UpstreamInfo upstream) {
        this.upstream = (UpstreamFake) upstream;
    }

    @Override
    public Route route() {
        String name = routeName == null ? "" : routeName;
        return new Route() {
            @Override
            public Metadata metadata() {
                return routeMetadata;
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public String virtualHost() {
                return "";
            }

            @Override
            public @Nullable Object perFilter(String filterName) {
                return null;
            }
        };
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
    public int responseCode() {
        return responseCode;
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
        flags.add(flag);
    }

    @Override
    public boolean hasFlag(ResponseFlag flag) {
        return flags.contains(flag);
    }

    @Override
    public List<ResponseFlag> flags() {
        return flags;
    }

    @Override
    public long bytesReceived() {
        return bytesReceived;
    }

    @Override
    public long bytesSent() {
        return bytesSent;
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
    public @Nullable String virtualCluster() {
        return virtualCluster;
    }

    @Override
    public Map<String, Struct> metadata() {
        return metadata;
    }

    @Override
    public @Nullable Struct metadata(String namespace) {
        return metadata.get(namespace);
    }

    @Override
    public void mergeMetadata(String namespace, Struct values) {
        metadata.put(namespace, values);
    }

    @Override
    public @Nullable Object filterState(String key) {
        return filterState.get(key);
    }

    @Override
    public void filterState(String key, Object value) {
        filterState.put(key, value);
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
    public boolean localReply() {
        return !localReplyBody.isEmpty();
    }

    /// A connection whose facts a test sets.
    public static final class ConnectionFake implements ConnectionInfo {
        public Address local = address("127.0.0.2:0");
        public Address directLocal = address("127.0.0.2:0");
        public Address remote = address("127.0.0.1:0");
        public Address directRemote = address("127.0.0.3:63443");
        public long id;
        public @Nullable String requestedServerName;
        public @Nullable String ja3Hash;
        public @Nullable String ja4Hash;
        public @Nullable TlsInfo tls;
        public String filterChainName = "";
        public @Nullable String transportFailureReason;
        public @Nullable String localCloseReason;
        public @Nullable CloseType closeType;
        public long handshakeEndNanos = -1;
        public long wireBytesReceived;
        public long wireBytesSent;
        public Metadata listenerMetadata = Metadata.getDefaultInstance();
        public Metadata filterChainMetadata = Metadata.getDefaultInstance();

        @Override
        public Metadata listenerMetadata() {
            return listenerMetadata;
        }

        @Override
        public Metadata filterChainMetadata() {
            return filterChainMetadata;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public long wireBytesReceived() {
            return wireBytesReceived;
        }

        @Override
        public long wireBytesSent() {
            return wireBytesSent;
        }

        @Override
        public long handshakeEndNanos() {
            return handshakeEndNanos;
        }

        @Override
        public @Nullable CloseType detectedCloseType() {
            return closeType;
        }

        @Override
        public Address localAddress() {
            return local;
        }

        @Override
        public Address directLocalAddress() {
            return directLocal;
        }

        @Override
        public Address remoteAddress() {
            return remote;
        }

        @Override
        public Address directRemoteAddress() {
            return directRemote;
        }

        @Override
        public void remoteAddress(Address address) {
            remote = address;
        }

        @Override
        public void localAddress(Address address) {
            local = address;
        }

        @Override
        public @Nullable String requestedServerName() {
            return requestedServerName;
        }

        @Override
        public @Nullable String ja3Hash() {
            return ja3Hash;
        }

        @Override
        public @Nullable String ja4Hash() {
            return ja4Hash;
        }

        @Override
        public @Nullable String applicationProtocol() {
            return null;
        }

        @Override
        public @Nullable TlsInfo tls() {
            return tls;
        }

        @Override
        public String filterChainName() {
            return filterChainName;
        }

        @Override
        public @Nullable String transportFailureReason() {
            return transportFailureReason;
        }

        @Override
        public @Nullable String localCloseReason() {
            return localCloseReason;
        }
    }

    /// An upstream, which is its own host.
    public static final class UpstreamFake implements UpstreamInfo, Host {
        public Address address = StreamFake.address("10.0.0.1:443");
        public String hostname = "";
        public @Nullable ConnectionFake connection;
        public @Nullable Protocol protocol;
        public @Nullable String transportFailureReason;
        public @Nullable Metadata metadata;
        public final Map<String, Object> filterState = new HashMap<>();
        public final BytesFake bytes = new BytesFake();

        @Override
        public ByteCounts bytes() {
            return bytes;
        }

        @Override
        public @Nullable Object filterState(String key) {
            return filterState.get(key);
        }

        public ConnectionFake connectionFake() {
            if (connection == null) {
                connection = new ConnectionFake();
            }
            return connection;
        }

        @Override
        public Host host() {
            return this;
        }

        @Override
        public @Nullable ConnectionInfo connection() {
            return connection;
        }

        @Override
        public @Nullable Protocol protocol() {
            return protocol;
        }

        @Override
        public @Nullable String transportFailureReason() {
            return transportFailureReason;
        }

        @Override
        public long connectionRequests() {
            return 0;
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
            return "";
        }

        @Override
        public Locality locality() {
            return Locality.getDefaultInstance();
        }

        @Override
        public @Nullable Metadata metadata() {
            return metadata;
        }

        @Override
        public int weight() {
            return 1;
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public Health health() {
            return Health.HEALTHY;
        }

        @Override
        public long activeRequests() {
            return 0;
        }
    }

    /// What a stream has taken of its connection.
    public static final class BytesFake implements ByteCounts {
        public long wireReceived;
        public long wireSent;
        public long headerReceived;
        public long headerSent;
        public long plainReceived;
        public long plainSent;

        @Override
        public long wireBytesReceived() {
            return wireReceived;
        }

        @Override
        public long wireBytesSent() {
            return wireSent;
        }

        @Override
        public long headerBytesReceived() {
            return headerReceived;
        }

        @Override
        public long headerBytesSent() {
            return headerSent;
        }

        @Override
        public long decompressedHeaderBytesReceived() {
            return plainReceived;
        }

        @Override
        public long decompressedHeaderBytesSent() {
            return plainSent;
        }
    }

    /// What a test says of the cluster.
    public static final class ClusterFake implements ClusterInfo {
        public String observabilityName = "";
        public Metadata metadata = Metadata.getDefaultInstance();

        @Override
        public String name() {
            return "";
        }

        @Override
        public String observabilityName() {
            return observabilityName;
        }

        @Override
        public Metadata metadata() {
            return metadata;
        }

        @Override
        public int perConnectionBufferLimit() {
            return 0;
        }

        @Override
        public long maxStreamDurationNanos() {
            return 0;
        }

        @Override
        public RequestStats requestStats() {
            throw new IllegalStateException("formats count nothing");
        }

        @Override
        public boolean canCreateRequest(ResourcePriority priority) {
            return true;
        }

        @Override
        public boolean canCreateConnection(ResourcePriority priority) {
            return true;
        }

        @Override
        public RetryBreaker retryBreaker(ResourcePriority priority) {
            throw new IllegalStateException("formats try nothing again");
        }
    }
}
