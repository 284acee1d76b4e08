package io.nuncio.spi;

import com.google.protobuf.Struct;

import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.nuncio.spi.host.Platform;
import io.nuncio.spi.host.RetryPolicy;

import org.osgi.annotation.versioning.ProviderType;
import org.slf4j.Logger;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What a factory may use while it compiles a configuration, and what its templates may keep.
/// Thread: main, unless said otherwise. There is nothing static to reach for.
@ProviderType
public interface FactoryContext {
    /// Where everything wrong with the configuration is reported; paths are relative to the
    /// extension's own message.
    Problems problems();

    /// Statistics of the place that names the extension: `http.<stat_prefix>.` for HTTP filters,
    /// the root for listeners' and others. Keep what you make in the template; closed with it.
    StatsScope stats();

    /// Statistics of the listener that names the extension, `listener.<address>.`; the root where
    /// there is none.
    StatsScope listenerStats();

    /// Statistics of the server, at the root of all names: for extensions whose configuration gives
    /// their statistics a prefix of its own. Make a scope of it, and close that with the template.
    default StatsScope serverStats() {
        return platform().stats();
    }

    /// A context for an extension that stands below this one's, at `field`, and that the
    /// configuration calls `name`. Statistics and everything else are inherited.
    FactoryContext in(String field, String name);

    /// The same context with another scope for statistics, for what the extension compiles in its
    /// turn.
    FactoryContext withStats(StatsScope stats);

    /// The same context with another place for problems, for what is compiled later than this.
    FactoryContext withProblems(Problems problems);

    /// What the listener or the server that this is compiled for waits for before it serves.
    default InitTargets initTargets() {
        return InitTargets.NONE;
    }

    /// The logger of the extension's component.
    Logger logger();

    /// The name that the configuration gives the extension at this place.
    String name();

    /// Who this proxy is.
    Node node();

    /// Values that operators change while the server runs.
    RuntimeValues runtime();

    /// A file written asynchronously; `/dev/stdout` and `/dev/stderr` are the process's own.
    ///
    /// @throws java.io.UncheckedIOException if it cannot be opened; the message names the path and
    ///   the reason
    LogFile logFile(String path);

    /// Compiles a text format such as `%REQ(:METHOD)% %RESPONSE_CODE%\n`. Problems are reported
    /// below `field`.
    Format textFormat(String field, String format);

    /// Compiles a JSON format: one line per entry, keys as Envoy orders them. Problems are reported
    /// below `field`.
    Format jsonFormat(String field, Struct format, boolean omitEmptyValues);

    /// Compiles Envoy's message for either, with its formatter extensions. Problems are reported
    /// below `field`.
    Format format(String field, SubstitutionFormatString format);

    /// The main thread's loop: what an extension does at intervals, or once for all workers, runs
    /// there. May be kept; see [Worker] for what other threads may call.
    Worker mainThread();

    /// Compiles headers to add or overwrite, whose values may have command operators. Problems are
    /// reported below `field`, by position.
    HeaderChanges headerChanges(String field, List<HeaderValueOption> changes);

    /// Compiles one header to add or overwrite, which may be any: `:path` and its kin among them,
    /// which [#headerChanges] refuses. Problems are reported below `field`.
    HeaderChanges headerChange(String field, HeaderValueOption change);

    /// Compiles a condition on text. Problems are reported below `field`.
    TextMatcher textMatcher(String field, StringMatcher config);

    /// Compiles the `rate_limits` of a filter's own configuration, to which `stage`, `disable_key`
    /// and `limit` do not apply. Problems are reported below `field`, by position.
    List<RateLimitPolicy> rateLimits(
            String field, List<io.envoyproxy.envoy.config.route.v3.RateLimit> rateLimits);

    /// A value that each worker has its own of, made on the worker when it first asks.
    <T> Function<Worker, T> perWorker(Function<Worker, T> maker);

    /// A value that all templates of the bundle which ask for the same key share, whatever the
    /// configuration calls their extensions; closed, if it is `AutoCloseable`, when the last
    /// configuration that asked has gone. A replaced bundle begins with values of its own, since
    /// its classes are others. Must be immutable or made for threads.
    <T> T shared(String key, Supplier<T> maker);

    /// Watches a file, or a folder such as one that a `watched_directory` names, until the
    /// configuration that is compiled here has gone.
    ///
    /// A change is that the path leads to something else: it was written in place and then left
    /// alone for a moment, another was moved there, a symbolic link on the way was swapped; for a
    /// folder, that something in it came or went. What it leads to when this is called is what the
    /// first change is measured against, so read the file after that.
    ///
    /// @param path need not exist yet
    /// @param changed run on the main thread, once for each change; large files are better read
    ///   elsewhere. If it fails, that is logged, and later changes are told all the same
    WatchedFile watch(Path path, Runnable changed);

    /// Calls made from `worker`'s loop, which live until they are over or cancelled: for what
    /// belongs to no stream. Each call of this method gives an owner of its own.
    ///
    /// Thread: any; what is returned is for that loop.
    Calls calls(Worker worker);

    /// Compiles where a gRPC service is. Problems, an unknown cluster among them, are reported
    /// below `field`.
    GrpcClient grpcClient(String field, GrpcService service);

    /// Compiles when calls are tried again. Problems are reported below `field`.
    RetryPolicy retryPolicy(String field, io.envoyproxy.envoy.config.core.v3.RetryPolicy policy);

    /// What connection managers, routers and protocol proxies need beyond all this.
    Platform platform();
}
