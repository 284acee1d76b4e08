package io.nuncio.spi;

import com.google.protobuf.Struct;

import io.nuncio.spi.host.ClusterInfo;

import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

import java.util.List;
import java.util.Map;

/// What is known of a stream, or of a connection that carries none: for filters while it runs, for
/// logs when it ends.
///
/// Thread: the stream's worker. Times are nanoseconds of [Worker#nanoTime]; a moment that has not
/// come is -1.
@ProviderType
public interface StreamInfo {
    /// When the first byte came, milliseconds since the epoch.
    long startTimeMillis();

    /// The same in microseconds, as precise as the machine's clock.
    default long startTimeMicros() {
        return startTimeMillis() * 1000;
    }

    /// When the first byte came.
    long startNanos();

    /// The given moment, -1 if it has not come.
    long nanos(Moment moment);

    /// Notes that the moment is now.
    void mark(Moment moment);

    /// When the moment that filters gave this name was, -1 if it has not come.
    default long nanos(String moment) {
        return -1;
    }

    /// Notes that a moment of a filter's own is now; COMMON_DURATION knows it by that name.
    default void mark(String moment) {}

    /// The downstream protocol, null before it is known.
    @Nullable Protocol protocol();

    /// The downstream connection's facts.
    ConnectionInfo downstream();

    /// The address of whoever made the request, as far as forwarding headers are trusted; otherwise
    /// the connection's.
    Address remoteAddress();

    /// The upstream that serves or served the stream, null if none was chosen.
    @Nullable UpstreamInfo upstream();

    void upstream(@Nullable UpstreamInfo upstream);

    /// The route as resolved so far, [Route#NONE] if none.
    Route route();

    /// The name of the cluster that the route chose, null if it chose none.
    @Nullable String cluster();

    void cluster(@Nullable String name);

    /// What is known of that cluster, null if it was not looked up or does not exist.
    default @Nullable ClusterInfo clusterInfo() {
        return null;
    }

    default void clusterInfo(@Nullable ClusterInfo info) {}

    /// The response status sent to the downstream, 0 if none was.
    int responseCode();

    /// Why the response is what it is, such as `via_upstream`; null if nobody said.
    @Nullable String responseCodeDetails();

    void responseCodeDetails(String details);

    /// Why the connection was ended by the proxy, null if it was not.
    @Nullable String connectionTerminationDetails();

    void connectionTerminationDetails(String details);

    void addFlag(ResponseFlag flag);

    boolean hasFlag(ResponseFlag flag);

    /// All flags in the order in which they were set; empty if none.
    List<ResponseFlag> flags();

    /// Words that filters want in the log (Envoy: custom flags), in order; empty if there are none.
    default List<String> customFlags() {
        return List.of();
    }

    /// @param flag without a comma
    default void addCustomFlag(String flag) {}

    /// What the stream has taken of the downstream connection, heads and trailers among it.
    default ByteCounts downstreamBytes() {
        return ByteCounts.NONE;
    }

    /// Body bytes from the downstream.
    long bytesReceived();

    /// Body bytes to the downstream.
    long bytesSent();

    /// How often the request was sent upstream; 0 if never.
    int attemptCount();

    void attemptCount(int attempts);

    /// The request id, null if there is none.
    @Nullable String requestId();

    /// The virtual cluster that matched, null if none.
    @Nullable String virtualCluster();

    /// All dynamic metadata by namespace; do not keep it.
    Map<String, Struct> metadata();

    /// The dynamic metadata of one namespace, null if there is none.
    @Nullable Struct metadata(String namespace);

    /// Merges into the dynamic metadata of a namespace; same keys are replaced.
    void mergeMetadata(String namespace, Struct values);

    /// An object that filters share for this stream, or for all streams of its connection; null if
    /// there is none of that key.
    @Nullable Object filterState(String key);

    /// The same as [#filterState(String, Object, boolean)] with an object that may be replaced.
    void filterState(String key, Object value);

    /// Puts an object there for filters and logs to come. Nothing changes if the key's object is
    /// read-only, if only one of the two is, or if the stream's connection has one of that key
    /// already.
    ///
    /// @param readOnly true if nobody may replace it
    /// @return false if nothing changed
    default boolean filterState(String key, Object value, boolean readOnly) {
        filterState(key, value);
        return true;
    }

    /// The same with an object that connections to upstreams may get, too.
    default boolean filterState(
            String key, Object value, boolean readOnly, SharedState.Sharing sharing) {
        return filterState(key, value, readOnly);
    }

    /// The objects with which a connection to an upstream that is made now begins, in the order in
    /// which they were put there; those of the stream's connection first.
    default List<SharedState> sharedState() {
        return List.of();
    }

    /// True for requests that health checkers send.
    boolean healthCheck();

    void healthCheck(boolean value);

    /// True if the request's `:scheme` is to say how it goes upstream, not how it came; for
    /// routers.
    default boolean schemeMatchesUpstream() {
        return false;
    }

    default void schemeMatchesUpstream(boolean value) {}

    /// Whether the request is traced, and why.
    default TraceReason traceReason() {
        return TraceReason.NOT_TRACEABLE;
    }

    /// True if the proxy made the response itself.
    boolean localReply();

    /// Moments in the life of a stream, with Envoy's names for them in COMMON_DURATION where it has
    /// one.
    enum Moment {
        /// The last byte of the request came (DS_RX_END).
        DOWNSTREAM_REQUEST_END,
        /// The last attempt was made, and asked for a connection.
        UPSTREAM_REQUEST_CREATED,
        /// The first byte went to the upstream (US_TX_BEG).
        UPSTREAM_REQUEST_BEGIN,
        /// The last byte went to the upstream (US_TX_END).
        UPSTREAM_REQUEST_END,
        /// The first byte of the response came (US_RX_BEG).
        UPSTREAM_RESPONSE_BEGIN,
        /// The first byte of the response's body came (US_RX_BODY_BEG).
        UPSTREAM_RESPONSE_BODY_BEGIN,
        /// The last byte of the response came (US_RX_END).
        UPSTREAM_RESPONSE_END,
        /// The first byte went to the downstream (DS_TX_BEG).
        DOWNSTREAM_RESPONSE_BEGIN,
        /// The last byte went to the downstream (DS_TX_END).
        DOWNSTREAM_RESPONSE_END,
        /// The stream ended.
        END,

        // The last three are the upstream connection's, for all its streams: to mark them changes
        // nothing.

        /// The upstream connection began (US_CX_BEG).
        UPSTREAM_CONNECT_BEGIN,
        /// The upstream connection stood (US_CX_END).
        UPSTREAM_CONNECT_END,
        /// The upstream's TLS handshake was done (US_HS_END).
        UPSTREAM_HANDSHAKE_END
    }
}
