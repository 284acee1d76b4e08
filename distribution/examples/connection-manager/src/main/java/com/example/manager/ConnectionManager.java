package com.example.manager;

import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Category;
import io.nuncio.spi.Counter;
import io.nuncio.spi.Extension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.NetworkFilter;
import io.nuncio.spi.NetworkFilterFactory;
import io.nuncio.spi.NetworkFilterTemplate;
import io.nuncio.spi.NetworkStream;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RouteTable;
import io.nuncio.spi.host.ServerCodecTemplate;

import java.util.List;

/// Serves HTTP with the proxy's own codec, filters and routes: what Envoy's connection manager is
/// for, without the many things that it does besides.
@Extension(
        name = "envoy.filters.network.http_connection_manager",
        type = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        category = Category.NETWORK_FILTER)
public final class ConnectionManager implements NetworkFilterFactory<HttpConnectionManager> {

    @Override
    public NetworkFilterTemplate configure(HttpConnectionManager message, FactoryContext context) {
        FactoryContext below =
                context.withStats(context.stats().scope("http." + message.getStatPrefix()));
        Platform platform = context.platform();
        List<HttpFilterChains.Entry> filters =
                message.getHttpFiltersList().stream()
                        .map(filter ->
                                new HttpFilterChains.Entry(
                                        filter.getName(), filter.getTypedConfig(), false))
                        .toList();
        return new Template(
                platform.codecs().server(codec(message), below, ""),
                platform.httpFilterChains().compile(filters, below, "http_filters"),
                platform.routeTables()
                        .compile(message.getRouteConfig(), filters, below, "route_config"),
                platform.accessLogs().compile(message.getAccessLogList(), below, "access_log"),
                below.stats().counter("downstream_rq_total"));
    }

    private static CodecConfig codec(HttpConnectionManager message) {
        CodecConfig.Type type =
                switch (message.getCodecType()) {
                    case HTTP1 -> CodecConfig.Type.HTTP1;
                    case HTTP2 -> CodecConfig.Type.HTTP2;
                    default -> CodecConfig.Type.AUTO;
                };
        return new CodecConfig(
                type,
                message.getCommonHttpProtocolOptions(),
                message.getHttpProtocolOptions(),
                message.getHttp2ProtocolOptions(),
                0);
    }

    /// One `http_connection_manager` of the configuration, ready to serve on any worker.
    record Template(
            ServerCodecTemplate codec,
            HttpFilterChain chain,
            RouteTable routes,
            AccessLogger accessLog,
            Counter requests)
            implements NetworkFilterTemplate {
        @Override
        public NetworkFilter create(NetworkStream stream) {
            return new ServedConnection(this, stream);
        }

        @Override
        public boolean terminal() {
            return true;
        }

        @Override
        public void close() {
            accessLog.close();
        }
    }
}
