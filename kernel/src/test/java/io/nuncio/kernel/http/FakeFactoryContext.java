package io.nuncio.kernel.http;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.bootstrap.v3.LayeredRuntime;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.route.v3.RateLimit;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.kernel.match.TextMatch;
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
import io.nuncio.spi.host.Clusters;
import io.nuncio.spi.host.Extensions;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RetryPolicy;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// A context for compiling in tests: problems and counters can be looked at, formats know only
/// plain text and the operators that the test gives them.
public final class FakeFactoryContext implements FactoryContext {
    public final Problems problems;
    public final RuntimeLoader runtime;
    public final StatsStore store = StatsStore.detached();

    /// Operators by what stands between the percent signs.
    public final Map<String, Format> operators = new HashMap<>();

    /// Who this proxy is.
    public Node node = Node.getDefaultInstance();

    /// The clusters that exist.
    public List<String> clusters = List.of();

    /// Templates of extensions by the name in the configuration; others are not found.
    public final Map<String, Object> extensions = new HashMap<>();

    public FakeFactoryContext() {
        this(
                new Problems(),
                new RuntimeLoader(
                        LayeredRuntime.getDefaultInstance(),
                        "",
                        0,
                        new Problems(),
                        StatsStore.detached().root()));
    }

    private FakeFactoryContext(Problems problems, RuntimeLoader runtime) {
        this.problems = problems;
        this.runtime = runtime;
    }

    /// What was reported, one line each.
    public List<String> reported() {
        return problems.all().stream().map(Problems.Problem::toString).toList();
    }

    @Override
    public Problems problems() {
        return problems;
    }

    @Override
    public StatsScope stats() {
        return store.root();
    }

    @Override
    public StatsScope listenerStats() {
        return store.root();
    }

    @Override
    public FactoryContext in(String field, String name) {
        var below = new FakeFactoryContext(problems.in(field), runtime);
        below.operators.putAll(operators);
        below.node = node;
        below.clusters = clusters;
        below.extensions.putAll(extensions);
        return below;
    }

    @Override
    public FactoryContext withProblems(Problems others) {
        var below = new FakeFactoryContext(others, runtime);
        below.operators.putAll(operators);
        below.node = node;
        below.clusters = clusters;
        return below;
    }

    @Override
    public FactoryContext withStats(StatsScope stats) {
        return this;
    }

    @Override
    public Logger logger() {
        return LoggerFactory.getLogger("http");
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public Node node() {
        return node;
    }

    @Override
    public RuntimeValues runtime() {
        return runtime;
    }

    @Override
    public LogFile logFile(String path) {
        throw new IllegalArgumentException("no files here");
    }

    @Override
    public Format textFormat(String field, String format) {
        if (format.contains("%NO_SUCH%")) {
            problems.add(field, "unknown command operator NO_SUCH");
        }
        return context -> {
            String text = format;
            for (var operator : operators.entrySet()) {
                text =
                        text.replace(
                                "%" + operator.getKey() + "%", operator.getValue().format(context));
            }
            return text.replace("%%", "%");
        };
    }

    @Override
    public Format jsonFormat(String field, Struct format, boolean omitEmptyValues) {
        throw new IllegalArgumentException("no JSON here");
    }

    @Override
    public Format format(String field, SubstitutionFormatString format) {
        return textFormat(field, format.getTextFormatSource().getInlineString());
    }

    @Override
    public Calls calls(Worker worker) {
        throw new AssertionError("no calls here");
    }

    @Override
    public GrpcClient grpcClient(String field, GrpcService service) {
        throw new AssertionError("no calls here");
    }

    @Override
    public RetryPolicy retryPolicy(
            String field, io.envoyproxy.envoy.config.core.v3.RetryPolicy policy) {
        throw new AssertionError("no calls here");
    }

    @Override
    public WatchedFile watch(Path path, Runnable changed) {
        throw new AssertionError("no files here");
    }

    @Override
    public Worker mainThread() {
        return new FakeWorker();
    }

    @Override
    public List<RateLimitPolicy> rateLimits(String field, List<RateLimit> rateLimits) {
        return RateLimitCompiler.ofFilter(rateLimits, this, field);
    }

    @Override
    public TextMatcher textMatcher(String field, StringMatcher config) {
        return TextMatch.of(config, problems(), field);
    }

    @Override
    public HeaderChanges headerChange(String field, HeaderValueOption change) {
        throw new IllegalArgumentException("no header changes here");
    }

    @Override
    public HeaderChanges headerChanges(String field, List<HeaderValueOption> changes) {
        throw new IllegalArgumentException("no header changes here");
    }

    @Override
    public <T> Function<Worker, T> perWorker(Function<Worker, T> maker) {
        return maker;
    }

    @Override
    public <T> T shared(String key, Supplier<T> maker) {
        return maker.get();
    }

    @Override
    public Platform platform() {
        Clusters all =
                (Clusters)
                        Proxy.newProxyInstance(
                                Clusters.class.getClassLoader(),
                                new Class<?>[] {Clusters.class},
                                (proxy, method, arguments) ->
                                        method.getName().equals("exists")
                                                ? clusters.contains((String) arguments[0])
                                                : null);
        return (Platform)
                Proxy.newProxyInstance(
                        Platform.class.getClassLoader(),
                        new Class<?>[] {Platform.class},
                        (proxy, method, arguments) ->
                                switch (method.getName()) {
                                    case "clusters" -> all;
                                    case "extensions" -> named();
                                    default -> null;
                                });
    }

    private Extensions named() {
        return (Extensions)
                Proxy.newProxyInstance(
                        Extensions.class.getClassLoader(),
                        new Class<?>[] {Extensions.class},
                        (proxy, method, arguments) -> {
                            Object name =
                                    arguments[1] instanceof TypedExtensionConfig config
                                            ? config.getName()
                                            : arguments[1];
                            Object found = extensions.get(name);
                            if (found == null) {
                                problems.add(
                                        (String) arguments[arguments.length - 1],
                                        "no extension " + name);
                            }
                            return found;
                        });
    }
}
