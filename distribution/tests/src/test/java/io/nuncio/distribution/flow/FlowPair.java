package io.nuncio.distribution.flow;

import java.io.IOException;
import java.nio.file.Path;

/// The protocols of the two sides.
enum FlowPair {
    HTTP1_TO_HTTP1(Side.HTTP1, Side.HTTP1),
    HTTP1_TO_HTTP2(Side.HTTP1, Side.HTTP2),
    HTTP2_TO_HTTP1(Side.HTTP2, Side.HTTP1),
    HTTP2_TO_HTTP2(Side.HTTP2, Side.HTTP2);

    /// The smallest that Envoy's API allows.
    private static final int SMALLEST_WINDOW = 65_535;

    private final Side downstream;
    private final Side upstream;

    FlowPair(Side downstream, Side upstream) {
        this.downstream = downstream;
        this.upstream = upstream;
    }

    FlowClient client(Path proxy) throws IOException {
        return switch (downstream) {
            case HTTP1 -> Http1Peers.client(proxy);
            case HTTP2 -> Http2Peers.client(proxy);
        };
    }

    FlowUpstream upstream(Path address, long responseBytes, FlowUpstream.Handler handler)
            throws IOException {
        return switch (upstream) {
            case HTTP1 -> Http1Peers.upstream(address, responseBytes, handler);
            case HTTP2 -> Http2Peers.upstream(address, responseBytes, handler);
        };
    }

    /// A listener before the upstream; all buffers have the given limit. In HTTP/2 a stream has a
    /// window of a quarter of it, since each side of the proxy may hold that much for the stream.
    String bootstrap(Path front, Path back, int bufferLimit) {
        String http2 =
                "http2_protocol_options: { initial_stream_window_size: %d, initial_connection_window_size: %d }"
                        .formatted(Math.max(SMALLEST_WINDOW, bufferLimit / 4), 1 << 30);
        return """
        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
        static_resources:
          listeners:
          - name: front
            address: { pipe: { path: %2$s } }
            per_connection_buffer_limit_bytes: %1$d
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: front
                  codec_type: %4$s
                  %5$s
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
                      - match: { prefix: "/" }
                        route: { cluster: back, timeout: 0s }
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          clusters:
          - name: back
            type: STATIC
            per_connection_buffer_limit_bytes: %1$d
            circuit_breakers: { thresholds: [{ max_connections: 5000, max_pending_requests: 5000, max_requests: 5000 }] }
            load_assignment:
              cluster_name: back
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { pipe: { path: %3$s } } }
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: { %6$s }
        """
                .formatted(
                        bufferLimit,
                        front,
                        back,
                        downstream,
                        http2,
                        upstream == Side.HTTP2 ? http2 : "http_protocol_options: {}");
    }

    private enum Side {
        HTTP1,
        HTTP2
    }
}
