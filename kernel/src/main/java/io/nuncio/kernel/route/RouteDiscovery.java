package io.nuncio.kernel.route;

import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Gauge;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.Problems;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.RouteSource;
import io.nuncio.spi.host.RouteTable;
import io.nuncio.spi.host.Subscription;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;

/// RDS: the routes of one connection manager from a subscription. Until the first come, no request
/// has a route. Thread: main, except [#current].
final class RouteDiscovery implements RouteSource, ResourceWatcher<RouteConfiguration> {
    private static final Logger LOG = LoggerFactory.getLogger("router");

    private final String name;
    private final RouteTableCompiler compiler;
    private final List<HttpFilterChains.Entry> filters;
    private final FactoryContext context;
    private final Counter reloads;
    private final Gauge reloadTime;
    private final Counter updateEmpty;
    private @Nullable Subscription subscription;
    private InitTarget target = InitTarget.NONE;
    private @Nullable RouteConfiguration serving; // null until the first have come
    private volatile RouteTable current;

    /// @param context its statistics are the subscription's, `http.<stat_prefix>.rds.<name>.`
    RouteDiscovery(
            String name,
            RouteTableCompiler compiler,
            List<HttpFilterChains.Entry> filters,
            FactoryContext context) {
        this.name = name;
        this.compiler = compiler;
        this.filters = filters;
        this.context = context;
        reloads = context.stats().counter("config_reload");
        reloadTime = context.stats().gauge("config_reload_time_ms");
        updateEmpty = context.stats().counter("update_empty");
        current =
                compiler.compileDynamic(
                        RouteConfiguration.newBuilder().setName(name).build(),
                        "",
                        filters,
                        context);
    }

    void begin(Subscription from) {
        subscription = from;
        context.initTargets()
                .add(
                        "RDS " + name,
                        waits -> {
                            target = waits;
                            waits.waitingFor(from.source(), 0);
                            from.start(Set.of(name));
                        });
    }

    @Override
    public RouteTable current() {
        return current;
    }

    @Override
    public void onUpdate(ResourceUpdate<RouteConfiguration> update) {
        if (update.resources().isEmpty()) {
            updateEmpty.increment();
            LOG.warn("rds: {} is missing from {}", name, source());
        } else {
            ResourceUpdate.Entry<RouteConfiguration> entry = update.resources().getLast();
            if (!entry.message().equals(serving)) { // as in Envoy, the same changes nothing
                replace(entry);
            }
        }
        ready();
    }

    private void replace(ResourceUpdate.Entry<RouteConfiguration> entry) {
        int before = errors(entry);
        RouteTable compiled =
                compiler.compileDynamic(
                        entry.message(),
                        entry.version(),
                        filters,
                        context.withProblems(entry.problems()));
        if (errors(entry) > before) {
            compiled.close();
            target.failed(firstError(entry));
        } else {
            RouteTable replaced = current;
            current = compiled;
            serving = entry.message();
            replaced.close();
            reloads.increment();
            reloadTime.set(System.currentTimeMillis());
            LOG.debug("rds: loading new configuration: config_name={}", name);
        }
    }

    private static int errors(ResourceUpdate.Entry<?> entry) {
        return (int) entry.problems().all().stream().filter(problem -> !problem.warning()).count();
    }

    private static String firstError(ResourceUpdate.Entry<?> entry) {
        return entry.problems().all().stream()
                .filter(problem -> !problem.warning())
                .map(Problems.Problem::message)
                .findFirst()
                .orElse("");
    }

    private String source() {
        Subscription from = subscription;
        return from == null ? "the update" : from.source();
    }

    @Override
    public void onFetchFailed() {
        target.failed("no routes from " + source());
    }

    private void ready() {
        target.ready();
    }

    @Override
    public void close() {
        Subscription from = subscription;
        if (from != null) {
            from.close();
        }
        current.close();
    }
}
