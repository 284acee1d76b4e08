package io.nuncio.kernel.format;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.ResponseFlag;
import io.nuncio.spi.StreamInfo.Moment;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The facts of a stream as cases of formats name them: `key=value; key=value`.
final class FormatFacts {
    final StreamFake stream = new StreamFake();
    long now = 99_000_000L;
    @Nullable String hostname = "myhostname";
    boolean omitEmptyValues;

    static FormatFacts of(String given) throws InvalidProtocolBufferException {
        FormatFacts facts = new FormatFacts();
        for (String fact : given.isEmpty() ? new String[0] : given.split("; ")) {
            int equals = fact.indexOf('=');
            facts.set(fact.substring(0, equals), FormatCase.unescape(fact.substring(equals + 1)));
        }
        return facts;
    }

    private void set(String key, String value) throws InvalidProtocolBufferException {
        switch (key) {
            case "now" -> now = Long.parseLong(value);
            case "hostname" -> hostname = value.isEmpty() ? null : value;
            case "omit" -> omitEmptyValues = Boolean.parseBoolean(value);
            default -> set(stream, key, value);
        }
    }

    private static void set(StreamFake stream, String key, String value)
            throws InvalidProtocolBufferException {
        if (key.startsWith("req.")) {
            add(stream.request, key.substring(4), value);
        } else if (key.startsWith("resp.")) {
            add(stream.response, key.substring(5), value);
        } else if (key.startsWith("trailer.")) {
            add(stream.trailers, key.substring(8), value);
        } else if (key.startsWith("metadata.")) {
            stream.metadata.put(key.substring(9), struct(value));
        } else if (key.startsWith("upstream.metadata.")) {
            stream.upstreamFake().metadata = metadata(key.substring(18), value);
        } else if (key.startsWith("cluster.metadata.")) {
            stream.clusterFake().metadata = metadata(key.substring(17), value);
        } else if (key.startsWith("route.metadata.")) {
            stream.routeMetadata = metadata(key.substring(15), value);
        } else if (key.startsWith("listener.metadata.")) {
            stream.downstream.listenerMetadata = metadata(key.substring(18), value);
        } else if (key.startsWith("chain.metadata.")) {
            stream.downstream.filterChainMetadata = metadata(key.substring(15), value);
        } else if (key.startsWith("upstream.object.")) {
            stream.upstreamFake().filterState.put(key.substring(16), object(value));
        } else if (key.startsWith("object.")) {
            stream.filterState.put(key.substring(7), object(value));
        } else if (key.startsWith("tls")) {
            tls(stream.downstream, key, value);
        } else if (key.startsWith("upstream.tls")) {
            tls(stream.upstreamFake().connectionFake(), key.substring(9), value);
        } else if (key.startsWith("state.")) {
            stream.filterState.put(key.substring(6), value);
        } else {
            setFact(stream, key, value);
        }
    }

    private static void setFact(StreamFake stream, String key, String value) {
        switch (key) {
            case "last_ack", "bytes_retransmitted", "packets_retransmitted" -> {} // of QUIC
            case "start_micros" -> stream.startTimeMicros = Long.parseLong(value);
            case "start" -> stream.startTimeMicros = Long.parseLong(value) * 1000;
            case "END" -> stream.moments.put(Moment.END, Long.parseLong(value));
            case "DS_RX_END" -> moment(stream, Moment.DOWNSTREAM_REQUEST_END, value);
            case "CREATED" -> moment(stream, Moment.UPSTREAM_REQUEST_CREATED, value);
            case "US_CX_BEG" -> moment(stream, Moment.UPSTREAM_CONNECT_BEGIN, value);
            case "US_CX_END" -> moment(stream, Moment.UPSTREAM_CONNECT_END, value);
            case "US_HS_END" -> moment(stream, Moment.UPSTREAM_HANDSHAKE_END, value);
            case "US_TX_BEG" -> moment(stream, Moment.UPSTREAM_REQUEST_BEGIN, value);
            case "US_RX_BODY_BEG" -> moment(stream, Moment.UPSTREAM_RESPONSE_BODY_BEGIN, value);
            case "US_RX_END" -> moment(stream, Moment.UPSTREAM_RESPONSE_END, value);
            case "DS_TX_BEG" -> moment(stream, Moment.DOWNSTREAM_RESPONSE_BEGIN, value);
            case "moment.custom" -> stream.namedMoments.put("custom", Long.parseLong(value));
            case "handshake" -> stream.downstream.handshakeEndNanos = Long.parseLong(value);
            case "US_TX_END" -> moment(stream, Moment.UPSTREAM_REQUEST_END, value);
            case "US_RX_BEG" -> moment(stream, Moment.UPSTREAM_RESPONSE_BEGIN, value);
            case "DS_TX_END" -> moment(stream, Moment.DOWNSTREAM_RESPONSE_END, value);
            case "bytes_received" -> stream.bytesReceived = Long.parseLong(value);
            case "bytes_sent" -> stream.bytesSent = Long.parseLong(value);
            case "attempts" -> stream.attemptCount = Integer.parseInt(value);
            case "protocol" -> stream.protocol = protocol(value);
            case "code" -> stream.responseCode = Integer.parseInt(value);
            case "details" -> stream.responseCodeDetails = value;
            case "termination" -> stream.connectionTerminationDetails = value;
            case "flag" ->
                    Arrays.stream(value.split(",")).map(FormatFacts::flag).forEach(stream::addFlag);
            case "cluster" -> stream.cluster = value;
            case "observability_name" -> stream.clusterFake().observabilityName = value;
            case "custom_flags" -> stream.customFlags = List.of(value.split(","));
            case "closed" -> stream.downstream.closeType = ConnectionInfo.CloseType.valueOf(value);
            case "close_reason" -> stream.downstream.localCloseReason = value;
            case "direct_remote" -> stream.downstream.directRemote = StreamFake.address(value);
            case "direct_local" -> stream.downstream.directLocal = StreamFake.address(value);
            case "remote" -> stream.downstream.remote = StreamFake.address(value);
            case "wire_received" -> stream.bytes.wireReceived = Long.parseLong(value);
            case "wire_sent" -> stream.bytes.wireSent = Long.parseLong(value);
            case "header_received" -> stream.bytes.headerReceived = Long.parseLong(value);
            case "header_sent" -> stream.bytes.headerSent = Long.parseLong(value);
            case "decompressed_received" -> stream.bytes.plainReceived = Long.parseLong(value);
            case "decompressed_sent" -> stream.bytes.plainSent = Long.parseLong(value);
            case "route" -> stream.routeName = value;
            case "virtual_cluster" -> stream.virtualCluster = value;
            case "request_id" -> stream.requestId = value;
            case "body" -> stream.localReplyBody = value;
            case "type" -> stream.accessLogType = value;
            case "local" -> stream.downstream.local = StreamFake.address(value);
            case "connection" -> stream.downstream.id = Long.parseLong(value);
            case "sni" -> stream.downstream.requestedServerName = value;
            case "ja3" -> stream.downstream.ja3Hash = value;
            case "ja4" -> stream.downstream.ja4Hash = value;
            case "chain" -> stream.downstream.filterChainName = value;
            case "failure" -> stream.downstream.transportFailureReason = value;
            case "upstream.wire_received" ->
                    stream.upstreamFake().bytes.wireReceived = Long.parseLong(value);
            case "upstream.wire_sent" ->
                    stream.upstreamFake().bytes.wireSent = Long.parseLong(value);
            case "upstream.header_received" ->
                    stream.upstreamFake().bytes.headerReceived = Long.parseLong(value);
            case "upstream.header_sent" ->
                    stream.upstreamFake().bytes.headerSent = Long.parseLong(value);
            case "upstream.decompressed_received" ->
                    stream.upstreamFake().bytes.plainReceived = Long.parseLong(value);
            case "upstream.decompressed_sent" ->
                    stream.upstreamFake().bytes.plainSent = Long.parseLong(value);
            case "upstream.closed" ->
                    stream.upstreamFake().connectionFake().closeType =
                            ConnectionInfo.CloseType.valueOf(value);
            case "upstream.close_reason" ->
                    stream.upstreamFake().connectionFake().localCloseReason = value;
            case "upstream.host" -> stream.upstreamFake().address = StreamFake.address(value);
            case "upstream.hostname" -> stream.upstreamFake().hostname = value;
            case "upstream.protocol" -> stream.upstreamFake().protocol = protocol(value);
            case "upstream.failure" -> stream.upstreamFake().transportFailureReason = value;
            case "upstream.local" ->
                    stream.upstreamFake().connectionFake().local = StreamFake.address(value);
            case "upstream.remote" ->
                    stream.upstreamFake().connectionFake().remote = StreamFake.address(value);
            case "upstream.connection" ->
                    stream.upstreamFake().connectionFake().id = Long.parseLong(value);
            default -> throw new IllegalArgumentException(key);
        }
    }

    private static void moment(StreamFake stream, Moment moment, String nanos) {
        stream.moments.put(moment, Long.parseLong(nanos));
    }

    private static Protocol protocol(String name) {
        return Arrays.stream(Protocol.values())
                .filter(protocol -> protocol.toString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ResponseFlag flag(String name) {
        return ResponseFlag.CORE.stream()
                .filter(flag -> flag.shortName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static void add(HeaderMap headers, String name, String value) {
        headers.add(HeaderName.of(name), value);
    }

    private static Struct struct(String json) throws InvalidProtocolBufferException {
        Struct.Builder struct = Struct.newBuilder();
        JsonFormat.parser().merge(json, struct);
        return struct.build();
    }

    private static Metadata metadata(String namespace, String json)
            throws InvalidProtocolBufferException {
        return Metadata.newBuilder().putFilterMetadata(namespace, struct(json)).build();
    }

    private static void tls(StreamFake.ConnectionFake connection, String key, String value) {
        TlsFake tls = connection.tls instanceof TlsFake there ? there : new TlsFake();
        connection.tls = tls;
        tls.set(key.equals("tls") ? "" : key.substring(4), value);
    }

    /// An object of the filter state: the kinds that Envoy's tests know, or a text that says how it
    /// was asked for.
    private static Object object(String kind) {
        return switch (kind) {
            case "nothing" -> new FilterStateObject() {};
            case "error" -> Duration.newBuilder().setSeconds(-281_474_976_710_656L).build();
            case "struct" ->
                    Struct.newBuilder()
                            .putFields(
                                    "inner_key",
                                    com.google.protobuf.Value.newBuilder()
                                            .setStringValue("inner_value")
                                            .build())
                            .build();
            default -> new Said(kind);
        };
    }

    private record Said(String value) implements FilterStateObject {
        @Override
        public String text() {
            return value + " By PLAIN";
        }

        @Override
        public Message message() {
            return StringValue.of(value + " By TYPED");
        }

        @Override
        public @Nullable Object field(String name) {
            return Map.<String, Object>of("test_field", value, "test_num", 137).get(name);
        }
    }
}
