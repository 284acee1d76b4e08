package io.nuncio.testkit;

import com.google.protobuf.Any;

import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.nuncio.kernel.http.FilterChains;
import io.nuncio.kernel.http.HttpFilterCompiler;
import io.nuncio.kernel.match.tree.MatchTreeCompiler;
import io.nuncio.kernel.protocol.HttpCodecs;
import io.nuncio.kernel.tls.TlsContexts;
import io.nuncio.spi.AccessLogger;
import io.nuncio.spi.Address;
import io.nuncio.spi.Category;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.FormatContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.HttpFilterTemplate;
import io.nuncio.spi.LogFilter;
import io.nuncio.spi.RequestHeaders;
import io.nuncio.spi.Route;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.StreamInfo;
import io.nuncio.spi.host.AccessLogs;
import io.nuncio.spi.host.Codecs;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.Matchers;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RouteSource;
import io.nuncio.spi.host.RouteTable;
import io.nuncio.spi.host.RouteTables;
import io.nuncio.spi.host.ServerState;
import io.nuncio.spi.host.TlsSockets;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/// The kernel's services for tests: its own filter manager and HTTP/1 codec, and fakes of all that
/// needs sockets, files or bundles.
///
/// Extensions are what the test registers, by the name in the configuration.
public final class FakePlatform
        implements Platform, Extensions, RouteTables, AccessLogs, ServerState {
    /// One entry of an access log.
    ///
    /// @param details empty if there are none
    /// @param flags short names, joined by commas; empty if there are none
    /// @param path what the request asked for, empty if that was not read
    public record LogEntry(String type, int status, String details, String flags, String path) {}

    private final Map<String, Object> extensions = new HashMap<>();
    private final Map<String, Any> configurations = new HashMap<>();
    private final FakeClusters clusters;
    private final FakeSecrets secrets = new FakeSecrets();
    private final StatsScope root;
    private final List<LogEntry> accessLog = new ArrayList<>();
    private Consumer<LogEntry> logWatcher = entry -> {};
    private Function<RequestHeaders, Route> routes = headers -> Route.NONE;
    private Address localAddress = FakeConnectionInfo.ip("192.0.2.99", 0);

    FakePlatform(StatsScope root) {
        this.root = root;
        clusters = new FakeClusters(root);
    }

    /// Registers an extension's template.
    public FakePlatform extension(String name, Object template) {
        extensions.put(name, template);
        return this;
    }

    /// The configuration with which an extension was compiled last; null if it never was.
    public @Nullable Any configuration(String name) {
        return configurations.get(name);
    }

    /// How requests are routed.
    public FakePlatform routes(Function<RequestHeaders, Route> router) {
        routes = router;
        return this;
    }

    /// The address of this machine.
    public FakePlatform localAddress(String address) {
        localAddress = FakeConnectionInfo.ip(address, 0);
        return this;
    }

    /// What was logged, in order.
    public List<LogEntry> accessLog() {
        return accessLog;
    }

    /// Has somebody told of each entry of an access log, who may throw as a logger may.
    public FakePlatform onLogEntry(Consumer<LogEntry> watcher) {
        logWatcher = watcher;
        return this;
    }

    @Override
    public FakeClusters clusters() {
        return clusters;
    }

    @Override
    public TlsSockets tls() {
        return new TlsContexts();
    }

    @Override
    public FakeSecrets secrets() {
        return secrets;
    }

    @Override
    public Codecs codecs() {
        return new HttpCodecs();
    }

    @Override
    public HttpFilterChains httpFilterChains() {
        return new FilterChains((entry, context, field) -> {
            if (entry.optional() && !extensions.containsKey(entry.name())) {
                return null;
            }
            HttpFilterTemplate template =
                    find(entry.name(), entry.config(), HttpFilterTemplate.class, context, field);
            return template == null
                    ? null
                    : new HttpFilterCompiler.CompiledFilter(
                            template, HttpFilterCompiler.FailureListener.NONE);
        });
    }

    @Override
    public RouteTables routeTables() {
        return this;
    }

    @Override
    public Extensions extensions() {
        return this;
    }

    @Override
    public AccessLogs accessLogs() {
        return this;
    }

    @Override
    public Matchers matchers() {
        return new MatchTreeCompiler(this);
    }

    @Override
    public StatsScope stats() {
        return root;
    }

    @Override
    public ServerState serverState() {
        return this;
    }

    private <T> @Nullable T find(
            String name, Any config, Class<T> template, FactoryContext context, String field) {
        configurations.put(name, config);
        Object found = extensions.get(name);
        if (found == null) {
            context.problems().add(field, "no extension " + name);
            return null;
        }
        return template.cast(found);
    }

    @Override
    public <T> @Nullable T compile(
            Category category,
            TypedExtensionConfig config,
            Class<T> template,
            FactoryContext context,
            String field) {
        return find(config.getName(), config.getTypedConfig(), template, context, field);
    }

    @Override
    public <T> @Nullable T compile(
            Category category,
            String name,
            Any config,
            Class<T> template,
            FactoryContext context,
            String field) {
        return find(name, config, template, context, field);
    }

    /// The routes that the test set, as they are whenever they are asked for.
    @Override
    public RouteSource subscribe(
            String name,
            ConfigSource source,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context,
            String field) {
        return RouteSource.of(
                compile(
                        RouteConfiguration.newBuilder().setName(name).build(),
                        filters,
                        context,
                        field));
    }

    @Override
    public RouteTable compile(
            RouteConfiguration config,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context,
            String field) {
        return new RouteTable() {
            @Override
            public String name() {
                return config.getName();
            }

            @Override
            public List<HeaderName> internalOnlyHeaders() {
                return List.of();
            }

            @Override
            public Route route(RequestHeaders headers, StreamInfo info, long random) {
                return routes.apply(headers);
            }
        };
    }

    @Override
    public AccessLogger compile(List<AccessLog> entries, FactoryContext context, String field) {
        return entries.isEmpty() ? log -> {} : this::log;
    }

    private void log(FormatContext log) {
        LogEntry entry = entry(log);
        accessLog.add(entry);
        logWatcher.accept(entry);
    }

    /// Lets every entry pass.
    @Override
    public LogFilter compileFilter(AccessLogFilter filter, FactoryContext context, String field) {
        return entry -> true;
    }

    private static LogEntry entry(FormatContext log) {
        String details = log.info().responseCodeDetails();
        RequestHeaders request = log.requestHeaders();
        return new LogEntry(
                log.accessLogType(),
                log.info().responseCode(),
                details == null ? "" : details,
                String.join(
                        ",", log.info().flags().stream().map(flag -> flag.shortName()).toList()),
                request == null ? "" : request.path());
    }

    @Override
    public boolean healthCheckFailed() {
        return false;
    }

    @Override
    public Address localAddress() {
        return localAddress;
    }
}
