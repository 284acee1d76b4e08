package io.nuncio.network.tcpproxy;

import com.google.protobuf.Message;

import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FilterStateObject;
import io.nuncio.spi.Format;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.HeaderMap;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Protocol;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.UpstreamInfo;

import org.jspecify.annotations.Nullable;

/// How a connection is carried over HTTP.
///
/// @param hostname what the request asks for
/// @param post true for POST in place of CONNECT
/// @param keepHeaders true to leave the response's headers in the filter state
/// @param keepTrailers true to leave the response's trailers there
record TunnelConfig(
        Format hostname,
        boolean post,
        String postPath,
        HeaderChanges headers,
        boolean keepHeaders,
        boolean keepTrailers) {
    private static final String HEADERS = "envoy.tcp_proxy.propagate_response_headers";
    private static final String TRAILERS = "envoy.tcp_proxy.propagate_response_trailers";

    /// @param context of the TCP proxy
    static TunnelConfig from(TunnelingConfig message, FactoryContext context) {
        if (!message.getPostPath().isEmpty() && !message.getUsePost()) {
            context.problems()
                    .in("tunneling_config")
                    .add("post_path", "Can't set a post path when POST method isn't used");
        }
        return new TunnelConfig(
                context.textFormat("tunneling_config.hostname", message.getHostname()),
                message.getUsePost(),
                message.getPostPath().isEmpty() ? "/" : message.getPostPath(),
                context.headerChanges(
                        "tunneling_config.headers_to_add", message.getHeadersToAddList()),
                message.getPropagateResponseHeaders(),
                message.getPropagateResponseTrailers());
    }

    RequestHeaders request(StreamInfo info, UpstreamInfo upstream) {
        var format = new LogEntry(info, "");
        var request = new RequestHeaders();
        request.method(post ? "POST" : "CONNECT");
        request.authority(hostname.format(format));
        if (post) {
            request.path(postPath);
            var connection = upstream.connection();
            request.scheme(connection != null && connection.tls() != null ? "https" : "http");
        }
        headers.apply(request, format);
        return request;
    }

    /// HTTP/1 has several words for yes, as RFC 9110, 9.3.6 says; of other protocols Envoy takes
    /// one.
    static boolean accepts(int status, UpstreamInfo upstream) {
        Protocol protocol = upstream.protocol();
        boolean one = protocol == Protocol.HTTP11 || protocol == Protocol.HTTP10;
        return status == 200 || one && status > 200 && status < 300;
    }

    void keepHeaders(HeaderMap response, StreamInfo info) {
        if (keepHeaders) {
            info.filterState(HEADERS, new KeptHeaders(response));
        }
    }

    void keepTrailers(HeaderMap response, StreamInfo info) {
        if (keepTrailers) {
            info.filterState(TRAILERS, new KeptHeaders(response));
        }
    }

    /// Headers or trailers in the filter state, printed as Envoy's `HeaderMap`.
    private record KeptHeaders(HeaderMap headers) implements FilterStateObject {
        @Override
        public Message message() {
            var all = io.envoyproxy.envoy.config.core.v3.HeaderMap.newBuilder();
            for (int entry = headers.next(-1); entry >= 0; entry = headers.next(entry)) {
                all.addHeadersBuilder()
                        .setKey(headers.nameOf(entry).toString())
                        .setValue(headers.valueOf(entry));
            }
            return all.build();
        }

        @Override
        public @Nullable Object field(String name) {
            return headers.get(HeaderName.of(name));
        }
    }
}
