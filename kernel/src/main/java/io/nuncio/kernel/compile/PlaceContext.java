package io.nuncio.kernel.compile;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.kernel.calls.GrpcServices;
import io.nuncio.kernel.lease.Leased;
import io.nuncio.kernel.lease.Leases;
import io.nuncio.kernel.match.TextMatch;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.policy.RetryPolicies;
import io.nuncio.kernel.route.ratelimit.RateLimitCompiler;
import io.nuncio.kernel.watch.FileWatch;
import io.nuncio.spi.Calls;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.WatchedFile;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RetryPolicy;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What one place of the configuration gives to the factory that compiles it.
public final class PlaceContext implements FactoryContext {
    private final Services services;
    private final Problems problems;
    private final StatsScope stats;
    private final StatsScope listenerStats;
    private final Logger logger;
    private final String name;
    private final InitTargets initTargets;
    private final Leases leases;
    private final @Nullable Leased generation;

    /// @param listenerStats the root's scope where no listener is concerned
    /// @param leases hold what is compiled here
    public PlaceContext(
            Services services,
            Problems problems,
            StatsScope stats,
            StatsScope listenerStats,
            Logger logger,
            String name,
            InitTargets initTargets,
            Leases leases) {
        this(services, problems, stats, listenerStats, logger, name, initTargets, leases, null);
    }

    private PlaceContext(
            Services services,
            Problems problems,
            StatsScope stats,
            StatsScope listenerStats,
            Logger logger,
            String name,
            InitTargets initTargets,
            Leases leases,
            @Nullable Leased generation) {
        this.services = services;
        this.problems = problems;
        this.stats = stats;
        this.listenerStats = listenerStats;
        this.logger = logger;
        this.name = name;
        this.initTargets = initTargets;
        this.leases = leases;
        this.generation = generation;
    }

    /// The same for an extension of a bundle, which is held from now on.
    PlaceContext of(Leased lent) {
        stillWanted();
        leases.hold(lent);
        return new PlaceContext(
                services, problems, stats, listenerStats, logger, name, initTargets, leases, lent);
    }

    /// The same for a part that may be let go before the rest.
    PlaceContext holding(Leases part) {
        stillWanted();
        leases.adopt(part);
        return new PlaceContext(
                services,
                problems,
                stats,
                listenerStats,
                logger,
                name,
                initTargets,
                part,
                generation);
    }

    /// Ends code that took too long to configure, was given up, and goes on by now: what it would
    /// touch is the main thread's.
    private static void stillWanted() {
        if (LoopThread.currentDismissed()) {
            throw new ConfigureLimit.GivenUp();
        }
    }

    /// Holds what is compiled here.
    Leases leases() {
        stillWanted();
        return leases;
    }

    @Override
    public Problems problems() {
        stillWanted();
        return problems;
    }

    @Override
    public StatsScope stats() {
        stillWanted();
        return stats;
    }

    @Override
    public StatsScope listenerStats() {
        stillWanted();
        return listenerStats;
    }

    @Override
    public FactoryContext in(String field, String extension) {
        stillWanted();
        return new PlaceContext(
                services,
                problems.in(field),
                stats,
                listenerStats,
                logger,
                extension,
                initTargets,
                leases,
                generation);
    }

    @Override
    public FactoryContext withStats(StatsScope scope) {
        stillWanted();
        return new PlaceContext(
                services,
                problems,
                scope,
                listenerStats,
                logger,
                name,
                initTargets,
                leases,
                generation);
    }

    @Override
    public FactoryContext withProblems(Problems others) {
        stillWanted();
        return new PlaceContext(
                services,
                others,
                stats,
                listenerStats,
                logger,
                name,
                initTargets,
                leases,
                generation);
    }

    @Override
    public InitTargets initTargets() {
        stillWanted();
        return initTargets;
    }

    @Override
    public Logger logger() {
        return logger;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Node node() {
        stillWanted();
        return services.node();
    }

    @Override
    public RuntimeValues runtime() {
        stillWanted();
        return services.runtime();
    }

    @Override
    public LogFile logFile(String path) {
        stillWanted();
        return services.logFiles().open(path);
    }

    @Override
    public Format textFormat(String field, String format) {
        stillWanted();
        return services.formats().text(format, problems.in(field));
    }

    @Override
    public Format jsonFormat(String field, Struct format, boolean omitEmptyValues) {
        stillWanted();
        return services.formats().json(format, omitEmptyValues, problems.in(field));
    }

    @Override
    public Format format(String field, SubstitutionFormatString format) {
        stillWanted();
        return services.formats().compile(format, this, field);
    }

    @Override
    public Worker mainThread() {
        stillWanted();
        return services.mainThread();
    }

    @Override
    public HeaderChanges headerChange(String field, HeaderValueOption change) {
        stillWanted();
        return HeaderRules.addingOne(change, this, field);
    }

    @Override
    public HeaderChanges headerChanges(String field, List<HeaderValueOption> changes) {
        stillWanted();
        return HeaderRules.adding(changes, this, field);
    }

    @Override
    public List<RateLimitPolicy> rateLimits(String field, List<RateLimit> rateLimits) {
        stillWanted();
        return RateLimitCompiler.ofFilter(rateLimits, this, field);
    }

    @Override
    public TextMatcher textMatcher(String field, StringMatcher config) {
        stillWanted();
        return TextMatch.of(config, problems(), field);
    }

    @Override
    public <T> Function<Worker, T> perWorker(Function<Worker, T> maker) {
        stillWanted();
        return new PerWorker<>(services.workers(), maker);
    }

    @Override
    public <T> T shared(String key, Supplier<T> maker) {
        stillWanted();
        return services.shared()
                .get(
                        generation,
                        key,
                        () -> {
                            T made = maker.get();
                            stillWanted();
                            return made;
                        },
                        leases);
    }

    @Override
    public WatchedFile watch(Path path, Runnable changed) {
        stillWanted();
        FileWatch watch =
                services.files()
                        .watch(
                                path,
                                () -> {
                                    try {
                                        changed.run();
                                    } catch (RuntimeException | LinkageError bug) {
                                        logger.warn(
                                                "{} failed with the change of {}", name, path, bug);
                                    }
                                });
        leases.atEnd(watch::close);
        return watch::close;
    }

    @Override
    public Calls calls(Worker worker) {
        stillWanted();
        return services.calls().calls(worker);
    }

    @Override
    public GrpcClient grpcClient(String field, GrpcService service) {
        stillWanted();
        return GrpcServices.compile(service, this, field, services.targets(), leases::atEnd);
    }

    @Override
    public RetryPolicy retryPolicy(
            String field, io.envoyproxy.envoy.config.core.v3.RetryPolicy policy) {
        stillWanted();
        return RetryPolicies.of(policy, in(field, name));
    }

    @Override
    public Platform platform() {
        stillWanted();
        return services.platform();
    }
}
