package io.nuncio.network.httpconnectionmanager;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;

import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RequestIdTemplate;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.CodecConfig;
import io.nuncio.spi.host.HttpFilterChain;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.RouteSource;
import io.nuncio.spi.host.RouteTables;
import io.nuncio.spi.host.ServerCodecTemplate;
import io.nuncio.spi.host.ServerState;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// What a connection manager works with. Times are nanoseconds, 0 where there is no limit.
record ConnectionManagerConfig(
        ConnectionManagerStats stats,
        CodecConfig codecConfig,
        ServerCodecTemplate codec,
        HttpFilterChain chain,
        RouteSource routes,
        AccessLogger accessLog,
        AccessLogTimes accessLogTimes,
        RequestIdTemplate requestId,
        @Nullable TracingRules tracing,
        ServerState serverState,
        RequestHeaderRules requestRules,
        ResponseHeaderRules responseRules,
        LocalReplyRules localReplies,
        PathRules pathRules,
        Timeouts timeouts,
        Limits limits,
        PrematureResets.Limits prematureResets) {

    /// When the access log is written besides the end of a stream.
    ///
    /// @param onNewRequest true for an entry of type `DownstreamStart`
    record AccessLogTimes(boolean onNewRequest) {}

    /// How long things may take.
    record Timeouts(
            long connectionIdle,
            long connectionMax,
            long streamIdle,
            long streamMax,
            long request,
            long requestHeaders,
            long drain,
            long delayedClose) {}

    /// How much a connection may ask for.
    ///
    /// @param requestsPerConnection 0 for any number
    /// @param acceptHttp10 false answers 426
    /// @param defaultHostForHttp10 empty for none
    /// @param proxy100Continue false answers `100 Continue` here
    record Limits(
            long requestsPerConnection,
            boolean acceptHttp10,
            String defaultHostForHttp10,
            boolean proxy100Continue) {}

    static ConnectionManagerConfig from(HttpConnectionManager message, FactoryContext context) {
        Problems problems = context.problems();
        StatsScope http = context.stats().scope("http." + message.getStatPrefix());
        StatsScope listener = context.listenerStats().scope("http." + message.getStatPrefix());
        FactoryContext below = context.withStats(http);

        CodecConfig.Type type =
                switch (message.getCodecType()) {
                    case HTTP1 -> CodecConfig.Type.HTTP1;
                    case HTTP2 -> CodecConfig.Type.HTTP2;
                    case AUTO, UNRECOGNIZED -> CodecConfig.Type.AUTO;
                    case HTTP3 -> {
                        problems.at("codec_type").expected("AUTO, HTTP1 or HTTP2").found("HTTP3");
                        yield CodecConfig.Type.AUTO;
                    }
                };
        int maxHeadersKb =
                message.hasMaxRequestHeadersKb() ? message.getMaxRequestHeadersKb().getValue() : 60;
        CodecConfig codecConfig =
                new CodecConfig(
                        type,
                        message.getCommonHttpProtocolOptions(),
                        message.getHttpProtocolOptions(),
                        message.getHttp2ProtocolOptions(),
                        maxHeadersKb);

        List<HttpFilterChains.Entry> filters = filters(message);
        HttpFilterChain chain =
                context.platform().httpFilterChains().compile(filters, below, "http_filters");
        var logOptions = message.getAccessLogOptions();
        return new ConnectionManagerConfig(
                ConnectionManagerStats.in(http, listener),
                codecConfig,
                context.platform().codecs().server(codecConfig, context, ""),
                chain,
                routes(message, filters, below),
                context.platform()
                        .accessLogs()
                        .compile(message.getAccessLogList(), below, "access_log"),
                new AccessLogTimes(logOptions.getFlushAccessLogOnNewRequest()),
                requestId(message, below),
                TracingRules.from(message, context, http),
                context.platform().serverState(),
                RequestHeaderRules.from(message, context),
                ResponseHeaderRules.from(message),
                LocalReplyRules.from(
                        message.getLocalReplyConfig(),
                        below.in("local_reply_config", context.name())),
                PathRules.from(message),
                timeouts(message),
                limits(message),
                PrematureResets.Limits.from(context.runtime()));
    }

    private static RouteSource routes(
            HttpConnectionManager message,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context) {
        RouteTables tables = context.platform().routeTables();
        if (message.hasRds()) {
            RouteSource source =
                    tables.subscribe(
                            message.getRds().getRouteConfigName(),
                            message.getRds().getConfigSource(),
                            filters,
                            context,
                            "rds.config_source");
            if (source != null) {
                return source;
            }
        } else if (!message.hasRouteConfig()) {
            context.problems().at("route_config").because("is missing");
        }
        return RouteSource.of(
                tables.compile(message.getRouteConfig(), filters, context, "route_config"));
    }

    private static List<HttpFilterChains.Entry> filters(HttpConnectionManager message) {
        List<HttpFilterChains.Entry> entries = new ArrayList<>();
        for (int i = 0; i < message.getHttpFiltersCount(); i++) {
            HttpFilter filter = message.getHttpFilters(i);
            entries.add(
                    new HttpFilterChains.Entry(
                            filter.getName(),
                            filter.getTypedConfig(),
                            filter.getDisabled(),
                            filter.getIsOptional(),
                            filter.hasConfigDiscovery() ? filter.getConfigDiscovery() : null));
        }
        return entries;
    }

    private static RequestIdTemplate requestId(
            HttpConnectionManager message, FactoryContext context) {
        if (!message.hasRequestIdExtension()) {
            return new UuidRequestId(true, true);
        }
        Any typed = message.getRequestIdExtension().getTypedConfig();
        RequestIdTemplate made =
                context.platform()
                        .extensions()
                        .compile(
                                Category.REQUEST_ID,
                                TypedExtensionConfig.newBuilder()
                                        .setName("envoy.request_id.uuid")
                                        .setTypedConfig(
                                                typed.getTypeUrl().isEmpty()
                                                        ? Any.pack(
                                                                UuidRequestIdConfig
                                                                        .getDefaultInstance())
                                                        : typed)
                                        .build(),
                                RequestIdTemplate.class,
                                context,
                                "request_id_extension");
        return made == null ? new UuidRequestId(true, true) : made;
    }

    private static Timeouts timeouts(HttpConnectionManager message) {
        var common = message.getCommonHttpProtocolOptions();
        return new Timeouts(
                common.hasIdleTimeout() ? nanos(common.getIdleTimeout()) : 3_600_000_000_000L,
                common.hasMaxConnectionDuration() ? nanos(common.getMaxConnectionDuration()) : 0,
                message.hasStreamIdleTimeout()
                        ? nanos(message.getStreamIdleTimeout())
                        : 300_000_000_000L,
                common.hasMaxStreamDuration() ? nanos(common.getMaxStreamDuration()) : 0,
                nanos(message.getRequestTimeout()),
                nanos(message.getRequestHeadersTimeout()),
                message.hasDrainTimeout() ? nanos(message.getDrainTimeout()) : 5_000_000_000L,
                message.hasDelayedCloseTimeout()
                        ? nanos(message.getDelayedCloseTimeout())
                        : 1_000_000_000L);
    }

    private static Limits limits(HttpConnectionManager message) {
        var common = message.getCommonHttpProtocolOptions();
        var http1 = message.getHttpProtocolOptions();
        return new Limits(
                common.hasMaxRequestsPerConnection()
                        ? common.getMaxRequestsPerConnection().getValue()
                        : 0,
                http1.getAcceptHttp10(),
                http1.getDefaultHostForHttp10(),
                message.getProxy100Continue());
    }

    private static long nanos(Duration duration) {
        return duration.getSeconds() * 1_000_000_000L + duration.getNanos();
    }
}
