package io.nuncio.kernel.http;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;

import io.envoyproxy.envoy.config.core.v3.ExtensionConfigSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.spi.Counter;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.InitTarget;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.HttpFilterChains;
import io.nuncio.spi.host.ResourceType;
import io.nuncio.spi.host.ResourceUpdate;
import io.nuncio.spi.host.ResourceWatcher;
import io.nuncio.spi.host.Subscription;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Set;

/// ECDS: one filter of a chain whose configuration comes from a subscription. Until there is one,
/// or a default, every request is answered with 500. Thread: main.
final class DiscoveredFilter implements ResourceWatcher<TypedExtensionConfig> {
    private static final Logger LOG = LoggerFactory.getLogger("filter");

    private final HttpFilterChains.Entry entry;
    private final ExtensionConfigSource source;
    private final HttpFilterCompiler compiler;
    private final Position position;
    private final Counter failed;
    private final FactoryContext context;
    private final String field;
    private final Stats stats;
    private final DiscoveredFilterConfigs configs;
    private @Nullable ChangingFilterChain chain;
    private @Nullable Subscription subscription;
    private InitTarget target = InitTarget.NONE;
    private Leases leases = new Leases();
    private Any applied = Any.getDefaultInstance();

    /// Where the filter stands.
    record Position(int slot, boolean last) {}

    private record Stats(
            StatsScope scope, Counter configReload, Counter configFail, Counter configConflict) {
        static Stats in(StatsScope scope) {
            return new Stats(
                    scope,
                    scope.counter("config_reload"),
                    scope.counter("config_fail"),
                    scope.counter("config_conflict"));
        }
    }

    private DiscoveredFilter(
            HttpFilterChains.Entry entry,
            ExtensionConfigSource source,
            HttpFilterCompiler compiler,
            Position position,
            Counter failed,
            FactoryContext context,
            String field,
            Stats stats,
            DiscoveredFilterConfigs configs) {
        this.entry = entry;
        this.source = source;
        this.compiler = compiler;
        this.position = position;
        this.failed = failed;
        this.context = context;
        this.field = field;
        this.stats = stats;
        this.configs = configs;
    }

    /// @param discovery null where no configuration comes from outside, which is reported
    /// @param failed counts exceptions of any filter of the chain
    /// @param field the filter's place, below the context's problems
    static DiscoveredFilter of(
            HttpFilterChains.Entry entry,
            HttpFilterCompiler compiler,
            FilterChains.@Nullable Discovery discovery,
            Position position,
            Counter failed,
            FactoryContext context,
            String field) {
        ExtensionConfigSource source =
                entry.discovery() == null
                        ? ExtensionConfigSource.getDefaultInstance()
                        : entry.discovery();
        StatsScope root = discovery == null ? context.stats() : discovery.root();
        DiscoveredFilter filter =
                new DiscoveredFilter(
                        entry,
                        source,
                        compiler,
                        position,
                        failed,
                        context,
                        field + ".config_discovery",
                        Stats.in(
                                root.scope(
                                        "extension_config_discovery.http_filter." + entry.name())),
                        discovery == null ? new DiscoveredFilterConfigs() : discovery.configs());
        Problems problems = context.problems().in(filter.field);
        if (source.getApplyDefaultConfigWithoutWarming() && !source.hasDefaultConfig()) {
            problems.add(
                    "",
                    "filter config "
                            + entry.name()
                            + " applied without warming but has no default config");
        }
        filter.subscription =
                discovery == null
                        ? null
                        : discovery
                                .subscriptions()
                                .open(
                                        source.getConfigSource(),
                                        ResourceType.EXTENSION_CONFIG,
                                        filter,
                                        filter.stats.scope(),
                                        problems.in("config_source"));
        return filter;
    }

    /// What stands at the filter's place while there is no configuration.
    FilterSlot missing() {
        return slot(MissingFilter::new, HttpFilterCompiler.FailureListener.NONE);
    }

    private FilterSlot slot(
            io.nuncio.spi.HttpFilterTemplate template,
            HttpFilterCompiler.FailureListener failures) {
        return new FilterSlot(entry.name(), template, entry.disabled(), failed, failures);
    }

    /// Takes the default configuration, if there is one, and asks for the real one.
    void begin(ChangingFilterChain of) {
        chain = of;
        if (source.hasDefaultConfig()) {
            apply(source.getDefaultConfig(), context, field + ".default_config");
        }
        Subscription from = subscription;
        if (from == null) {
            return;
        }
        boolean waits = !source.getApplyDefaultConfigWithoutWarming();
        context.initTargets()
                .add(
                        "FilterConfigSubscription init " + entry.name(),
                        asked -> {
                            target = asked;
                            asked.waitingFor(from.source(), 0);
                            if (!waits) {
                                asked.ready();
                            }
                            from.start(Set.of(entry.name()));
                        });
    }

    @Override
    public void onUpdate(ResourceUpdate<TypedExtensionConfig> update) {
        if (update.resources().size() != 1) {
            stats.configFail().increment();
            String what =
                    "Unexpected number of resources in ExtensionConfigDS response: "
                            + update.resources().size();
            LOG.warn("{}: {}", entry.name(), what);
            target.failed(what);
            return;
        }
        ResourceUpdate.Entry<TypedExtensionConfig> found = update.resources().getFirst();
        Any config = found.message().getTypedConfig();
        if (config.equals(applied)) {
            target.ready();
            return;
        }
        if (apply(config, context.withProblems(found.problems()), "typed_config")) {
            stats.configReload().increment();
            configs.set(
                    this,
                    new DiscoveredFilterConfigs.Current(
                            found.version(), found.message(), System.currentTimeMillis()));
            target.ready();
        } else {
            stats.configFail().increment();
            target.failed(
                    found.problems().all().stream()
                            .filter(problem -> !problem.warning())
                            .map(Problems.Problem::message)
                            .findFirst()
                            .orElse("its configuration is rejected"));
        }
    }

    @Override
    public void onFetchFailed() {
        stats.configFail().increment();
        target.failed("no configuration came");
    }

    /// @return false if there is a problem, which is reported; then nothing changes
    private boolean apply(Any config, FactoryContext place, String at) {
        Problems problems = place.problems();
        long before = errors(problems);
        checkType(config, problems.in(at));
        Leases fresh = new Leases();
        var compiled =
                compiler.compile(
                        new HttpFilterChains.Entry(entry.name(), config, entry.disabled(), false),
                        place,
                        at,
                        fresh);
        if (compiled != null) {
            FilterChains.checkTerminal(
                    entry, compiled.template().terminal(), position.last(), place, at);
        }
        ChangingFilterChain of = chain;
        if (compiled == null || of == null || errors(problems) > before) {
            fresh.giveBack();
            return false;
        }
        Leases old = leases;
        leases = fresh;
        applied = config;
        of.replace(position.slot(), slot(compiled.template(), compiled.failures()), old::giveBack);
        LOG.debug("Updated filter config {} accepted", entry.name());
        return true;
    }

    private static long errors(Problems problems) {
        return problems.all().stream().filter(problem -> !problem.warning()).count();
    }

    private void checkType(Any config, Problems problems) {
        List<String> allowed =
                source.getTypeUrlsList().stream().map(DiscoveredFilter::typeName).toList();
        String type = typeOf(config);
        if (!allowed.contains(type)) {
            problems.add(
                    "",
                    "filter config has type URL "
                            + type
                            + " but expect "
                            + String.join(", ", allowed));
        }
    }

    /// The type that selects the extension: that inside a TypedStruct.
    private static String typeOf(Any config) {
        try {
            if (config.is(TypedStruct.class)) {
                return typeName(config.unpack(TypedStruct.class).getTypeUrl());
            }
            if (config.is(com.github.udpa.udpa.type.v1.TypedStruct.class)) {
                return typeName(
                        config.unpack(com.github.udpa.udpa.type.v1.TypedStruct.class).getTypeUrl());
            }
        } catch (InvalidProtocolBufferException damaged) {
            return "";
        }
        return typeName(config.getTypeUrl());
    }

    private static String typeName(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }

    void close() {
        Subscription from = subscription;
        if (from != null) {
            subscription = null;
            configs.remove(this);
            from.close();
            stats.scope().close();
        }
    }
}
