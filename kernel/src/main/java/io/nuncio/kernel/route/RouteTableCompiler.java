package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.lease.UseCount;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.ratelimit.RouteLimits;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.HeaderName;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.RouteSource;
import io.nuncio.spi.host.RouteTable;
import io.nuncio.spi.host.RouteTables;
import io.nuncio.spi.host.Subscription;
import io.nuncio.spi.host.Subscriptions;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Compiles route configurations: domains here, routes in [RouteCompiler].
public final class RouteTableCompiler implements RouteTables {
    private static final long DEFAULT_MAX_DIRECT_RESPONSE_BYTES = 4096;

    private final RouteFilterCompiler filterCompiler;
    private final RouteConfigs configs = new RouteConfigs();

    private final Subscriptions subscriptions;
    private final List<Worker> workers;

    /// For one loop, the main thread's.
    public RouteTableCompiler(RouteFilterCompiler filterCompiler, Subscriptions subscriptions) {
        this(filterCompiler, subscriptions, List.of());
    }

    /// @param workers on which streams run, in the order of their index
    public RouteTableCompiler(
            RouteFilterCompiler filterCompiler,
            Subscriptions subscriptions,
            List<? extends Worker> workers) {
        this.filterCompiler = filterCompiler;
        this.subscriptions = subscriptions;
        this.workers = List.copyOf(workers);
    }

    @Override
    public @Nullable RouteSource subscribe(
            String name,
            ConfigSource source,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context,
            String field) {
        StatsScope stats = context.stats().scope("rds." + name);
        RouteDiscovery discovery =
                new RouteDiscovery(name, this, filters, context.withStats(stats));
        Subscription subscription =
                subscriptions.open(
                        source,
                        ResourceType.ROUTE_CONFIGURATION,
                        discovery,
                        stats,
                        context.problems().in(field));
        if (subscription == null) {
            return null;
        }
        discovery.begin(subscription);
        return discovery;
    }

    /// Routes from outside may name clusters that come later.
    ///
    /// @param version as the source calls it
    RouteTable compileDynamic(
            RouteConfiguration config,
            String version,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context) {
        return compile(
                config,
                filters,
                context.in("", config.getName()),
                false,
                () -> configs.addDynamic(config, version));
    }

    /// The configurations whose tables are in use.
    public RouteConfigs configs() {
        return configs;
    }

    @Override
    public RouteTable compile(
            RouteConfiguration config,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context,
            String field) {
        return compile(
                config,
                filters,
                context.in(field, config.getName()),
                true,
                () -> configs.add(config));
    }

    /// @param remember notes that the configuration is in use; gives what ends that
    /// @param clustersExist whether clusters must exist if the configuration does not say
    private RouteTable compile(
            RouteConfiguration config,
            List<HttpFilterChains.Entry> filters,
            FactoryContext place,
            boolean clustersExist,
            Supplier<Runnable> remember) {
        Leases held = new Leases();
        FactoryContext below = filterCompiler.holding(held, place);
        var filtersCompiler = new RouteFilters.Compiler(filterCompiler, filters);
        var table =
                new TableScope(
                        config,
                        HeaderRules.of(
                                config.getRequestHeadersToAddList(),
                                config.getRequestHeadersToRemoveList(),
                                below,
                                "request"),
                        HeaderRules.of(
                                config.getResponseHeadersToAddList(),
                                config.getResponseHeadersToRemoveList(),
                                below,
                                "response"),
                        filtersCompiler.compile(
                                config.getTypedPerFilterConfigMap(), RouteFilters.NONE, below));
        var limits =
                new RouteCompiler.Limits(
                        config.hasMaxDirectResponseBodySizeBytes()
                                ? Integer.toUnsignedLong(
                                        config.getMaxDirectResponseBodySizeBytes().getValue())
                                : DEFAULT_MAX_DIRECT_RESPONSE_BYTES,
                        config.hasValidateClusters()
                                ? config.getValidateClusters().getValue()
                                : clustersExist);
        var routes = new RouteCompiler(filtersCompiler, limits);

        var domains = new DomainTable.Builder<CompiledVirtualHost>();
        for (int i = 0; i < config.getVirtualHostsCount(); i++) {
            VirtualHost host = config.getVirtualHosts(i);
            FactoryContext hostContext = below.in("virtual_hosts[" + i + "]", host.getName());
            var compiled = virtualHost(host, table, routes, filtersCompiler, hostContext);
            addDomains(host, compiled, domains, hostContext.problems());
        }
        return new CompiledRouteTable(
                config.getName(),
                domains.build(),
                config.getIgnorePortInHostMatching(),
                internalOnlyHeaders(config, below.problems()),
                new UseCount(below.mainThread(), workers),
                remember.get(),
                held);
    }

    private record TableScope(
            RouteConfiguration config,
            HeaderRules requestRules,
            HeaderRules responseRules,
            RouteFilters filters) {}

    private static CompiledVirtualHost virtualHost(
            VirtualHost host,
            TableScope table,
            RouteCompiler routes,
            RouteFilters.Compiler filters,
            FactoryContext context) {
        var scope =
                new RouteScope(
                        host.getName(),
                        HeaderRules.of(
                                host.getRequestHeadersToAddList(),
                                host.getRequestHeadersToRemoveList(),
                                context,
                                "request"),
                        HeaderRules.of(
                                host.getResponseHeadersToAddList(),
                                host.getResponseHeadersToRemoveList(),
                                context,
                                "response"),
                        table.requestRules(),
                        table.responseRules(),
                        table.config().getMostSpecificHeaderMutationsWins(),
                        host.getIncludeRequestAttemptCount(),
                        host.getIncludeAttemptCountInResponse(),
                        host.getIncludeIsTimeoutRetryHeader(),
                        RoutePolicies.ofHost(host, context),
                        RouteLimits.ofHost(host, context),
                        filters.compile(
                                host.getTypedPerFilterConfigMap(), table.filters(), context));
        var rules = new ArrayList<RouteRule>(host.getRoutesCount());
        for (int i = 0; i < host.getRoutesCount(); i++) {
            var route = host.getRoutes(i);
            RouteRule rule =
                    routes.compile(route, scope, context.in("routes[" + i + "]", route.getName()));
            if (rule != null) {
                rules.add(rule);
            }
        }
        return new CompiledVirtualHost(
                host.getName(),
                rules.toArray(new RouteRule[0]),
                host.getRequireTls(),
                RouteCompiler.tlsRedirect(scope),
                table.config().getIgnorePathParametersInPathMatching());
    }

    private static void addDomains(
            VirtualHost host,
            CompiledVirtualHost compiled,
            DomainTable.Builder<CompiledVirtualHost> domains,
            Problems problems) {
        for (int i = 0; i < host.getDomainsCount(); i++) {
            String domain = host.getDomains(i);
            CompiledVirtualHost before = domains.add(domain, compiled);
            if (before != null) {
                problems.add(
                        "domains[" + i + "]",
                        "domain `"
                                + domain
                                + "` of virtual host `"
                                + host.getName()
                                + "` is taken by virtual host `"
                                + before.name()
                                + "`; domains must be unique in a route configuration");
            }
        }
    }

    private static List<HeaderName> internalOnlyHeaders(
            RouteConfiguration config, Problems problems) {
        var names = new ArrayList<HeaderName>();
        for (int i = 0; i < config.getInternalOnlyHeadersCount(); i++) {
            String name = config.getInternalOnlyHeaders(i);
            try {
                names.add(HeaderName.of(name));
            } catch (IllegalArgumentException wrong) {
                problems.at("internal_only_headers[" + i + "]")
                        .expected("the name of a header")
                        .found(name);
            }
        }
        return List.copyOf(names);
    }
}
