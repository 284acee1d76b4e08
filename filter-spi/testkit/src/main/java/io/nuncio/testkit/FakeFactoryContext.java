package io.nuncio.testkit;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.kernel.calls.CallServices;
import io.nuncio.kernel.calls.GrpcServices;
import io.nuncio.kernel.calls.ServiceTargets;
import io.nuncio.kernel.match.TextMatch;
import io.nuncio.kernel.route.headers.HeaderRules;
import io.nuncio.kernel.route.policy.RetryPolicies;
import io.nuncio.kernel.route.ratelimit.RateLimitCompiler;
import io.nuncio.kernel.runtime.RuntimeLoader;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.spi.Calls;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.Format;
import io.nuncio.spi.GrpcClient;
import io.nuncio.spi.HeaderChanges;
import io.nuncio.spi.LogFile;
import io.nuncio.spi.Problems;
import io.nuncio.spi.RateLimitPolicy;
import io.nuncio.spi.RuntimeValues;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.TextMatcher;
import io.nuncio.spi.WatchedFile;
import io.nuncio.spi.Worker;
import io.nuncio.spi.host.RetryPolicy;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// What a factory gets, for tests: problems and statistics can be looked at, the platform is made
/// of fakes and of those parts of the kernel that need no sockets.
public final class FakeFactoryContext implements FactoryContext {
    /// What all contexts made from one have in common.
    private static final class Common {
        final StatsStore store = StatsStore.detached();
        final FakePlatform platform = new FakePlatform(store.root());
        final RuntimeLoader runtime =
                new RuntimeLoader(
                        LayeredRuntime.getDefaultInstance(), "", 0, new Problems(), store.root());
        final Map<String, Object> shared = new HashMap<>();
        final FakeWorker mainThread = new FakeWorker();
        final ServiceTargets targets =
                new ServiceTargets(
                        platform.clusters()::own, platform.clusters()::remove, store.root());
        final List<Worker> workersAsked = new ArrayList<>();
        final List<Watch> watches = new ArrayList<>();
        Node node = Node.getDefaultInstance();
    }

    private record Watch(Path path, Runnable changed) {}

    private final Common common;
    private final Problems problems;
    private final StatsScope stats;
    private final String name;

    public FakeFactoryContext() {
        this.common = new Common();
        this.problems = new Problems();
        this.stats = common.store.root();
        this.name = "test";
    }

    private FakeFactoryContext(Common common, Problems problems, StatsScope stats, String name) {
        this.common = common;
        this.problems = problems;
        this.stats = stats;
        this.name = name;
    }

    /// Who the proxy is.
    public FakeFactoryContext node(String id, String cluster) {
        common.node = Node.newBuilder().setId(id).setCluster(cluster).build();
        return this;
    }

    /// Sets a runtime value, for what was compiled before as for what comes.
    public FakeFactoryContext runtime(String key, String value) {
        common.runtime.override(Map.of(key, value));
        return this;
    }

    /// What was reported, one line each.
    public List<String> reported() {
        return problems.all().stream().map(Problems.Problem::toString).toList();
    }

    /// The value of a counter by its whole name, 0 if there is none.
    public long counter(String fullName) {
        var counter = common.store.findCounter(fullName);
        return counter == null ? 0 : counter.value();
    }

    /// The value of a gauge by its whole name, 0 if there is none.
    public long gauge(String fullName) {
        var gauge = common.store.findGauge(fullName);
        return gauge == null ? 0 : gauge.value();
    }

    /// The workers whose own objects ([#perWorker]) were asked for, in order.
    public List<Worker> workersAsked() {
        return common.workersAsked;
    }

    @Override
    public FakePlatform platform() {
        return common.platform;
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public StatsScope stats() {
        return stats;
    }

    @Override
    public StatsScope listenerStats() {
        return common.store.root().scope("listener.test");
    }

    @Override
    public FactoryContext in(String field, String below) {
        return new FakeFactoryContext(common, problems.in(field), stats, below);
    }

    @Override
    public FactoryContext withStats(StatsScope scope) {
        return new FakeFactoryContext(common, problems, scope, name);
    }

    @Override
    public FactoryContext withProblems(Problems others) {
        return new FakeFactoryContext(common, others, stats, name);
    }

    @Override
    public Logger logger() {
        return LoggerFactory.getLogger("test");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Node node() {
        return common.node;
    }

    @Override
    public RuntimeValues runtime() {
        return common.runtime;
    }

    @Override
    public LogFile logFile(String path) {
        return (bytes, offset, length) -> {};
    }

    /// A format of the given text, operators unread.
    @Override
    public Format textFormat(String field, String format) {
        return context -> format;
    }

    @Override
    public Format jsonFormat(String field, Struct format, boolean omitEmptyValues) {
        return context -> format.toString();
    }

    @Override
    public Format format(String field, SubstitutionFormatString format) {
        return context -> format.getTextFormatSource().getInlineString();
    }

    /// The real ones over [FakeClusters]: the test plays the upstreams, and runs what is posted to
    /// `worker` for failures that are told later.
    @Override
    public Calls calls(Worker worker) {
        return new CallServices(
                        common.platform.clusters(),
                        common.platform,
                        common.runtime,
                        common.store.root())
                .calls(worker);
    }

    @Override
    public GrpcClient grpcClient(String field, GrpcService service) {
        return GrpcServices.compile(service, this, field, common.targets, _ -> {});
    }

    @Override
    public RetryPolicy retryPolicy(
            String field, io.envoyproxy.envoy.config.core.v3.RetryPolicy policy) {
        return RetryPolicies.of(policy, in(field, name));
    }

    @Override
    public FakeWorker mainThread() {
        return common.mainThread;
    }

    @Override
    public List<RateLimitPolicy> rateLimits(String field, List<RateLimit> rateLimits) {
        return RateLimitCompiler.ofFilter(rateLimits, this, field);
    }

    @Override
    public TextMatcher textMatcher(String field, StringMatcher config) {
        return TextMatch.of(config, problems, field);
    }

    @Override
    public HeaderChanges headerChange(String field, HeaderValueOption change) {
        return HeaderRules.addingOne(change, this, field);
    }

    @Override
    public HeaderChanges headerChanges(String field, List<HeaderValueOption> changes) {
        return HeaderRules.adding(changes, this, field);
    }

    @Override
    public WatchedFile watch(Path path, Runnable changed) {
        var watch = new Watch(path.toAbsolutePath(), changed);
        common.watches.add(watch);
        return () -> common.watches.remove(watch);
    }

    /// What the path leads to has changed: tells those who watch it, as the main thread does.
    ///
    /// @throws AssertionError if nobody does
    public void changed(Path path) {
        List<Watch> told =
                common.watches.stream()
                        .filter(watch -> watch.path().equals(path.toAbsolutePath()))
                        .toList();
        if (told.isEmpty()) {
            throw new AssertionError("nobody watches " + path);
        }
        told.forEach(watch -> watch.changed().run());
    }

    @Override
    public <T> Function<Worker, T> perWorker(Function<Worker, T> maker) {
        Map<Worker, T> values = new HashMap<>();
        return worker -> {
            common.workersAsked.add(worker);
            return values.computeIfAbsent(worker, maker);
        };
    }

    @Override
    @SuppressWarnings("unchecked")
    public <T> T shared(String key, Supplier<T> maker) {
        return (T) common.shared.computeIfAbsent(key, absent -> maker.get());
    }
}
