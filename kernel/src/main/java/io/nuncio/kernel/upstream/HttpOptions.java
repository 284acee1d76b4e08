package io.nuncio.kernel.upstream;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.CodecConfig;

import java.util.Map;

/// Which versions of HTTP a cluster speaks and how: from the extension options, or from the
/// cluster's own deprecated fields.
///
/// @param http2Preferred what a request gets that came by no protocol, if the downstream's decides
/// @param field where the options of the protocols stand
/// @param maxRequestsPerConnection of the cluster itself, 0 if it does not say
record HttpOptions(
        Choice choice,
        boolean http2Preferred,
        io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions common,
        Http1ProtocolOptions http1,
        Http2ProtocolOptions http2,
        String field,
        int maxRequestsPerConnection) {
    /// Which protocol a connection speaks.
    enum Choice {
        HTTP1,
        HTTP2,
        /// The one that the request came by.
        DOWNSTREAM,
        /// What the transport socket negotiates.
        ALPN
    }

    /// The key of `typed_extension_protocol_options` that a cluster's HTTP options stand under.
    static final String KEY = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    private static final long DEFAULT_CONCURRENT_STREAMS = 1024;

    static HttpOptions from(Cluster cluster, Problems problems) {
        HttpProtocolOptions options = null;
        for (Map.Entry<String, Any> entry :
                cluster.getTypedExtensionProtocolOptionsMap().entrySet()) {
            String field = field(entry.getKey());
            if (!entry.getKey().equals(KEY)) {
                problems.at(field).expected(KEY).because("no extension has options of this name");
                continue;
            }
            try {
                options = entry.getValue().unpack(HttpProtocolOptions.class);
            } catch (InvalidProtocolBufferException wrong) {
                problems.at(field).expected("a " + KEY).found(entry.getValue().getTypeUrl());
            }
        }
        return options == null ? ofCluster(cluster, problems) : of(options, cluster, problems);
    }

    /// How many streams an HTTP/2 connection may carry at once.
    long maxConcurrentStreams() {
        return http2.hasMaxConcurrentStreams()
                ? Integer.toUnsignedLong(http2.getMaxConcurrentStreams().getValue())
                : DEFAULT_CONCURRENT_STREAMS;
    }

    CodecConfig codec(CodecConfig.Type type) {
        return new CodecConfig(
                type, common, http1, http2, common.getMaxResponseHeadersKb().getValue());
    }

    /// Where the options of one protocol stand.
    String field(CodecConfig.Type type) {
        String name =
                type == CodecConfig.Type.HTTP2 ? "http2_protocol_options" : "http_protocol_options";
        return field.isEmpty() ? name : field + "." + name;
    }

    private static String field(String key) {
        return "typed_extension_protocol_options[\"" + key + "\"]";
    }

    @SuppressWarnings("deprecation") // Envoy still reads these fields
    private static HttpOptions ofCluster(Cluster cluster, Problems problems) {
        boolean downstream =
                cluster.getProtocolSelection()
                        == Cluster.ClusterProtocolSelection.USE_DOWNSTREAM_PROTOCOL;
        boolean http2 = cluster.hasHttp2ProtocolOptions();
        if (!downstream && http2 && cluster.hasHttpProtocolOptions()) {
            problems.at("http2_protocol_options")
                    .expected("either HTTP/1 or HTTP/2 options")
                    .because(
                            "Both HTTP1 and HTTP2 options may only be configured with non-default"
                                    + " 'protocol_selection' values");
        }
        return new HttpOptions(
                downstream ? Choice.DOWNSTREAM : http2 ? Choice.HTTP2 : Choice.HTTP1,
                http2,
                cluster.getCommonHttpProtocolOptions(),
                cluster.getHttpProtocolOptions(),
                cluster.getHttp2ProtocolOptions(),
                "",
                cluster.getMaxRequestsPerConnection().getValue());
    }

    @SuppressWarnings("deprecation") // of the cluster's own limit
    private static HttpOptions of(HttpProtocolOptions options, Cluster cluster, Problems problems) {
        var common = options.getCommonHttpProtocolOptions();
        if (common.hasMaxRequestsPerConnection() && cluster.hasMaxRequestsPerConnection()) {
            problems.at("max_requests_per_connection")
                    .expected("one limit")
                    .because(
                            "Only one of max_requests_per_connection from Cluster or"
                                    + " HttpProtocolOptions can be specified");
        }
        int requests = cluster.getMaxRequestsPerConnection().getValue();
        return switch (options.getUpstreamProtocolOptionsCase()) {
            case USE_DOWNSTREAM_PROTOCOL_CONFIG -> {
                UseDownstreamHttpConfig config = options.getUseDownstreamProtocolConfig();
                yield new HttpOptions(
                        Choice.DOWNSTREAM,
                        config.hasHttp2ProtocolOptions(),
                        common,
                        config.getHttpProtocolOptions(),
                        config.getHttp2ProtocolOptions(),
                        field(KEY) + ".use_downstream_protocol_config",
                        requests);
            }
            case AUTO_CONFIG -> {
                AutoHttpConfig config = options.getAutoConfig();
                yield new HttpOptions(
                        Choice.ALPN,
                        true,
                        common,
                        config.getHttpProtocolOptions(),
                        config.getHttp2ProtocolOptions(),
                        field(KEY) + ".auto_config",
                        requests);
            }
            case EXPLICIT_HTTP_CONFIG, UPSTREAMPROTOCOLOPTIONS_NOT_SET -> {
                ExplicitHttpConfig config = options.getExplicitHttpConfig();
                yield new HttpOptions(
                        config.hasHttp2ProtocolOptions() ? Choice.HTTP2 : Choice.HTTP1,
                        config.hasHttp2ProtocolOptions(),
                        common,
                        config.getHttpProtocolOptions(),
                        config.getHttp2ProtocolOptions(),
                        field(KEY) + ".explicit_http_config",
                        requests);
            }
        };
    }
}
