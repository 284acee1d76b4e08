package io.nuncio.kernel.server;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.nuncio.kernel.admin.AdminServer;
import io.nuncio.kernel.admin.ServerActions;
import io.nuncio.kernel.config.ConfigProblem;
import io.nuncio.kernel.config.LoadResult;
import io.nuncio.kernel.config.MessageTypes;
import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.listener.ListenerStartFailure;
import io.nuncio.kernel.log.LogControl;
import io.nuncio.kernel.network.IoEngine;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.spi.Address;
import io.nuncio.spi.Problems;
import io.nuncio.spi.Timer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;

/// The running proxy: starts what the bootstrap describes, phase by phase, and ends it.
///
/// All of its own work runs on the main loop; [#start], [#awaitEnd] and [#close] are for the thread
/// that owns the process.
public final class Server implements AutoCloseable, Signals.Listener, ServerActions {
    private static final Logger LOG = LoggerFactory.getLogger("main");
    private static final long FLUSH_NANOS = 5_000_000_000L;

    private final Options options;
    private final Assembly assembly;
    private final LogControl logs;
    private final long startedMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final ServerStats stats;
    private @Nullable AdminServer admin;
    private @Nullable Timer flush;
    private @Nullable Timer end;
    private boolean terminating;
    private volatile int exitCode;

    private Server(Options options, Assembly assembly, LogControl logs) {
        this.logs = logs;
        this.options = options;
        this.assembly = assembly;
        this.stats = ServerStats.in(assembly.stats.root());
    }

    /// Loads, compiles and starts; returns when all listeners accept.
    ///
    /// @throws StartFailure with everything that is wrong
    public static Server start(Options options, ExtensionRegistry registry, LogControl logs)
            throws StartFailure {
        LoadResult<Bootstrap> loaded = Configuration.load(options, registry);
        report(loaded.ok() ? loaded.problems() : problems(loaded, options, registry), options);
        WorkerLoops loops = WorkerLoops.create(options.concurrency(), engine(options));
        try {
            Bootstrap bootstrap = loaded.message();
            Problems problems = new Problems();
            Assembly assembly =
                    onMain(
                            loops,
                            () ->
                                    new Assembly(
                                            bootstrap,
                                            loaded.deprecatedUses(),
                                            options,
                                            registry,
                                            loops,
                                            problems));
            report(loaded.locate(problems), options);
            Server server = new Server(options, assembly, logs);
            server.begin(bootstrap, registry.messages());
            return server;
        } catch (StartFailure failure) {
            loops.close();
            throw failure;
        }
    }

    /// Everything that is wrong with a configuration, found by the very code that serves it.
    public static List<ConfigProblem> problems(Options options, ExtensionRegistry registry)
            throws StartFailure {
        return problems(Configuration.load(options, registry), options, registry);
    }

    private static List<ConfigProblem> problems(
            LoadResult<Bootstrap> loaded, Options options, ExtensionRegistry registry)
            throws StartFailure {
        Bootstrap bootstrap = loaded.written();
        if (bootstrap == null) {
            return loaded.problems();
        }
        Problems problems = new Problems();
        try (WorkerLoops loops = WorkerLoops.create(1, engine(options))) {
            Assembly closed =
                    onMain(
                            loops,
                            () -> {
                                Assembly made =
                                        new Assembly(
                                                bootstrap,
                                                loaded.deprecatedUses(),
                                                options,
                                                registry,
                                                loops,
                                                problems);
                                made.close();
                                return made;
                            });
            closed.awaitConnections();
            closed.logFiles.close();
        }
        return loaded.problemsAnd(problems);
    }

    private static void report(List<ConfigProblem> problems, Options options) throws StartFailure {
        StringBuilder errors = new StringBuilder();
        for (ConfigProblem problem : problems) {
            if (problem.error()) {
                errors.append(errors.isEmpty() ? "" : System.lineSeparator())
                        .append(problem.text());
            } else if (!options.skipDeprecatedLogs() || !problem.message().contains("deprecated")) {
                LOG.warn("{}", problem.text());
            }
        }
        if (!errors.isEmpty()) {
            throw new StartFailure(errors.toString());
        }
    }

    private static IoEngine engine(Options options) throws StartFailure {
        IoEngine engine =
                switch (options.eventLoop()) {
                    case AUTO -> IoEngine.preferred();
                    case EPOLL -> IoEngine.EPOLL;
                    case NIO -> IoEngine.NIO;
                    case IO_URING -> IoEngine.IO_URING;
                };
        String obstacle = engine.unavailableBecause();
        if (obstacle != null) {
            throw new StartFailure(
                    "--event-loop: " + engine + " is not available here: " + obstacle);
        }
        return engine;
    }

    private void begin(Bootstrap bootstrap, MessageTypes types) throws StartFailure {
        LifeCycle lifeCycle = assembly.lifeCycle;
        AdminAssembly adminAssembly = assembly.admin;
        if (adminAssembly != null) {
            admin = adminAssembly.start(this, bootstrap, options, assembly, logs, types, this);
        }
        lifeCycle.enter(LifeCycle.State.INITIALIZING);
        CompletableFuture<@Nullable StartFailure> listening = new CompletableFuture<>();
        assembly.loops
                .main()
                .post(() -> {
                    stats.concurrency().set(options.concurrency());
                    assembly.clusters.initialize(() ->
                            assembly.init.server().initialize(() -> listening.complete(listen())));
                });
        StartFailure failure = await(listening);
        if (failure != null) {
            close();
            throw failure;
        }
    }

    /// All clusters are there: opens the doors.
    private @Nullable StartFailure listen() {
        try {
            assembly.listeners.start();
        } catch (ListenerStartFailure failure) {
            return new StartFailure(String.valueOf(failure.getMessage()));
        }
        assembly.lifeCycle.enter(LifeCycle.State.LIVE);
        assembly.bundles.start(assembly.files);
        long millis = System.currentTimeMillis() - startedMillis;
        stats.initializationTimeMillis().record(millis);
        Timer timer = assembly.loops.main().timer(this::flushStats);
        flush = timer;
        flushStats();
        LOG.info(
                "ready after {} ms: {} listeners, {} workers",
                millis,
                assembly.listeners.listeners().size(),
                options.concurrency());
        return null;
    }

    private void flushStats() {
        refreshStats();
        assembly.stats.mergeHistograms();
        Timer timer = flush;
        if (timer != null) {
            timer.arm(FLUSH_NANOS);
        }
    }

    /// Brings the gauges of the process up to date. Thread: main.
    void refreshStats() {
        assembly.bundles.refreshStats();
        stats.daysUntilFirstCertExpiring().set(assembly.certificates.daysUntilFirstExpires());
        long ocsp = assembly.certificates.secondsUntilFirstOcspResponseExpires();
        if (ocsp >= 0) {
            stats.secondsUntilFirstOcspResponseExpiring().set(ocsp);
        }
        stats.refresh(
                assembly.lifeCycle.state(), uptimeSeconds(), assembly.listeners.connections());
    }

    /// The bundles in words, as they are now. Thread: main.
    String bundles() {
        return assembly.bundles.text();
    }

    long uptimeSeconds() {
        return (System.currentTimeMillis() - startedMillis) / 1000;
    }

    /// The first signal drains, unless the command line wants Envoy's way; the second ends at once.
    @Override
    public void onTerminate() {
        assembly.loops.main().post(this::terminate);
    }

    private void terminate() {
        if (terminating || options.sigtermMode() == Options.SigtermMode.IMMEDIATE) {
            LOG.info("ending now");
            end(0);
            return;
        }
        terminating = true;
        LOG.info(
                "draining, for {} s at most; another signal ends at once",
                options.drainTime().toSeconds());
        assembly.lifeCycle.failHealthCheck(true);
        Timer limit = assembly.loops.main().timer(() -> end(0));
        end = limit;
        limit.arm(options.drainTime().plus(options.minimumDrainTime()).toNanos());
        if (options.minimumDrainTime().isZero()) {
            closeDoors();
        } else {
            assembly.loops.main().timer(this::closeDoors).arm(options.minimumDrainTime().toNanos());
        }
    }

    /// No new connections; those that are idle end, the others with their next response.
    private void closeDoors() {
        assembly.lifeCycle.enter(LifeCycle.State.DRAINING);
        assembly.listeners.stopListening(false);
        assembly.listeners.drain(false, true);
        assembly.listeners.whenNoConnections(() -> assembly.loops.main().post(() -> end(0)));
    }

    @Override
    public void onReopenLogs() {
        assembly.loops.main().post(this::reopenLogs);
    }

    // What the admin server asks for.

    @Override
    public void reopenLogs() {
        assembly.logFiles.reopen();
        logs.reopen();
    }

    @Override
    public void quit() {
        end(0);
    }

    @Override
    public void failHealthChecks(boolean fail) {
        assembly.lifeCycle.failHealthCheck(fail);
    }

    @Override
    public void drainListeners(boolean inboundOnly, boolean graceful, boolean skipExit) {
        if (!graceful) {
            assembly.listeners.stopListening(inboundOnly);
            return;
        }
        assembly.listeners.drain(inboundOnly, false);
        if (!skipExit) {
            assembly.loops
                    .main()
                    .timer(() -> assembly.listeners.stopListening(inboundOnly))
                    .arm(options.drainTime().toNanos());
        }
    }

    /// Ends the process soon. Thread: main.
    void end(int status) {
        exitCode = status;
        ended.countDown();
    }

    /// Blocks until the server is to end.
    ///
    /// @return the exit code
    public int awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return exitCode;
    }

    /// Where a listener accepts, null if there is none of that name. Any thread.
    public @Nullable Address listenerAddress(String name) {
        return ask(() -> assembly.listeners.address(name));
    }

    /// Where the admin server accepts, null if there is none. Any thread.
    public @Nullable Address adminAddress() {
        AdminServer running = admin;
        return running == null ? null : running.address();
    }

    /// The value of a counter or gauge, 0 if there is none of that name. Any thread.
    public long statValue(String name) {
        return assembly.stats.value(name);
    }

    private <T> @Nullable T ask(java.util.function.Supplier<@Nullable T> question) {
        CompletableFuture<@Nullable T> answer = new CompletableFuture<>();
        assembly.loops.main().post(() -> answer.complete(question.get()));
        return answer.join();
    }

    @Override
    public void close() {
        AdminServer running = admin;
        if (running != null) {
            running.close();
        }
        try {
            onMain(
                    assembly.loops,
                    () -> {
                        assembly.close();
                        return true;
                    });
        } catch (StartFailure failure) {
            LOG.warn("{}", failure.getMessage());
        } finally {
            assembly.awaitConnections();
            assembly.loops.close();
            assembly.logFiles.close(); // what connections log as they end is in them
        }
    }

    /// A piece of work of the main loop that somebody waits for.
    private interface Work<T> {
        T run() throws StartFailure;
    }

    private static <T> T onMain(WorkerLoops loops, Work<T> work) throws StartFailure {
        CompletableFuture<T> result = new CompletableFuture<>();
        boolean posted =
                loops.main()
                        .post(() -> {
                            try {
                                result.complete(work.run());
                            } catch (StartFailure | RuntimeException | LinkageError failure) {
                                result.completeExceptionally(failure);
                            }
                        });
        if (!posted) {
            throw new StartFailure("the main loop has ended");
        }
        return await(result);
    }

    private static <T> T await(CompletableFuture<T> result) throws StartFailure {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StartFailure failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted");
        }
    }
}
