package io.nuncio.kernel.route;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;

import io.envoyproxy.envoy.config.route.v3.FilterConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.nuncio.kernel.http.FakeFactoryContext;
import io.nuncio.kernel.http.FakeWorker;
import io.nuncio.kernel.stream.NoConnection;
import io.nuncio.kernel.stream.StreamFacts;
import io.nuncio.kernel.subscription.NoSubscriptions;
import io.nuncio.spi.ConnectionInfo;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.ResponseHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.RouteEntry;
import io.nuncio.spi.host.RouteTable;

import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import java.util.List;

/// Compiles route configurations from YAML and asks them for routes.
final class RouteFixture {
    final FakeFactoryContext context = new FakeFactoryContext();
    final StreamFacts info;
    List<HttpFilterChains.Entry> filters = List.of();
    long random;
    private RouteTable table;

    RouteFixture() {
        this(new NoConnection());
    }

    RouteFixture(ConnectionInfo downstream) {
        info = new StreamFacts(new FakeWorker(), downstream);
        context.clusters = List.of("web", "api", "other");
    }

    RouteFixture compile(String yaml) {
        table =
                new RouteTableCompiler(
                                (filter, name, config, optional, below) -> {
                                    try {
                                        return config.unpack(Struct.class)
                                                .getFieldsOrThrow("from")
                                                .getStringValue();
                                    } catch (InvalidProtocolBufferException wrong) {
                                        if (!optional) {
                                            below.problems().add("", "is no Struct");
                                        }
                                        return null;
                                    }
                                },
                                NoSubscriptions.INSTANCE)
                        .compile(parse(yaml), filters, context, "route_config");
        return this;
    }

    /// A table with one virtual host for all domains and these routes.
    RouteFixture routes(String routes) {
        return compile(
                """
                name: local
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  routes:
                """
                        + routes.indent(2));
    }

    /// The route of a GET for a URL such as `example.com/path`.
    Route route(String url) {
        return route(request(url));
    }

    Route route(RequestHeaders headers) {
        return table.route(headers, info, random);
    }

    /// The cluster of a GET, `-` if nothing matches.
    String cluster(String url) {
        return cluster(request(url));
    }

    String cluster(RequestHeaders headers) {
        return route(headers) instanceof RouteEntry entry ? entry.cluster() : "-";
    }

    RouteEntry entry(String url) {
        return (RouteEntry) route(url);
    }

    /// Where a GET is redirected to.
    String location(String url) {
        RequestHeaders headers = request(url);
        return ((RouteEntry) route(headers)).directResponse().location(headers);
    }

    /// The headers of a GET as they go upstream.
    RequestHeaders forwarded(RequestHeaders headers) {
        ((RouteEntry) route(headers)).finalizeRequestHeaders(headers, info, true);
        return headers;
    }

    RequestHeaders forwarded(String url) {
        return forwarded(request(url));
    }

    /// The headers of a response as they go downstream.
    ResponseHeaders returned(String url, ResponseHeaders response) {
        RequestHeaders headers = request(url);
        ((RouteEntry) route(headers)).finalizeResponseHeaders(response, headers, info);
        return response;
    }

    RouteTable table() {
        return table;
    }

    static RequestHeaders request(String url) {
        int slash = url.indexOf('/');
        var headers =
                RequestHeaders.of("GET", "http", url.substring(0, slash), url.substring(slash));
        headers.set(HeaderName.X_FORWARDED_PROTO, "http");
        return headers;
    }

    static RequestHeaders request(String url, String name, String value) {
        RequestHeaders headers = request(url);
        headers.set(HeaderName.of(name), value);
        return headers;
    }

    private static RouteConfiguration parse(String yaml) {
        Object tree = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        var builder = RouteConfiguration.newBuilder();
        try {
            String json =
                    new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(tree);
            JsonFormat.parser()
                    .usingTypeRegistry(
                            TypeRegistry.newBuilder()
                                    .add(FilterConfig.getDescriptor())
                                    .add(Struct.getDescriptor())
                                    .add(com.google.protobuf.Empty.getDescriptor())
                                    .build())
                    .merge(json, builder);
        } catch (InvalidProtocolBufferException
                | com.fasterxml.jackson.core.JsonProcessingException wrong) {
            throw new AssertionError(yaml, wrong);
        }
        return builder.build();
    }
}
