package io.nuncio.kernel.server;

import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.nuncio.kernel.accesslog.AccessLogCompiler;
import io.nuncio.kernel.accesslog.LogFiles;
import io.nuncio.kernel.calls.CallServices;
import io.nuncio.kernel.calls.ServiceTargets;
import io.nuncio.kernel.compile.ExtensionCompiler;
import io.nuncio.kernel.compile.KernelPlatform;
import io.nuncio.kernel.compile.Services;
import io.nuncio.kernel.compile.SharedValues;
import io.nuncio.kernel.config.ConfigLoader;
import io.nuncio.kernel.discovery.ExtensionDiscovery;
import io.nuncio.kernel.dns.DnsResolver;
import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.format.FormatEnvironment;
import io.nuncio.kernel.format.Formats;
import io.nuncio.kernel.http.FilterChains;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.listener.DrainSettings;
import io.nuncio.kernel.listener.ListenerManager;
import io.nuncio.kernel.match.tree.MatchTreeCompiler;
import io.nuncio.kernel.network.ConnectionLimit;
import io.nuncio.kernel.network.WorkerLoops;
import io.nuncio.kernel.protocol.HttpCodecs;
import io.nuncio.kernel.route.RouteConfigs;
import io.nuncio.kernel.route.RouteTableCompiler;
import io.nuncio.kernel.runtime.RuntimeLoader;
import io.nuncio.kernel.secret.SecretManager;
import io.nuncio.kernel.stats.StatsSettings;
import io.nuncio.kernel.stats.StatsStore;
import io.nuncio.kernel.stats.Tag;
import io.nuncio.kernel.subscription.SubscriptionSources;
import io.nuncio.kernel.tls.CertificatesInUse;
import io.nuncio.kernel.tls.TlsContexts;
import io.nuncio.kernel.upstream.ClusterManager;
import io.nuncio.kernel.upstream.UpstreamConnector;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.host.Platform;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Everything that a bootstrap describes, compiled but not started: nothing is bound, nothing is
/// resolved yet.
///
/// Built top to bottom, services first, then what requests meet from the far end: clusters, then
/// listeners. Thread: main.
final class Assembly implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    final Node node;
    final WorkerLoops loops;
    final LifeCycle lifeCycle = new LifeCycle();
    final StatsStore stats;
    final RuntimeLoader runtime;
    final FileWatcher files;
    final InitManagers init;
    private final SubscriptionSources subscriptions;
    final SecretManager secrets;
    private final TlsContexts tls = new TlsContexts();
    final CertificatesInUse certificates = new CertificatesInUse(tls);
    final LogFiles logFiles;
    private final CountDownLatch connectionsEnded = new CountDownLatch(1);
    final ClusterManager clusters;
    final RouteConfigs routeConfigs;
    final ExtensionDiscovery discovery;
    final ConnectionLimit connectionLimit;
    final ListenerManager listeners;
    final ContextFactory contexts = new ContextFactory();
    final HttpCodecs codecs = new HttpCodecs();
    final AccessLogCompiler accessLogs;
    final @Nullable AdminAssembly admin;
    final BundleSwaps bundles;
    private final DnsResolver resolver;
    private final SharedValues shared = new SharedValues();

    /// @param deprecatedUses how often the bootstrap uses what is deprecated
    /// @param problems everything wrong with the configuration, from its root; do not start if
    ///   there are any
    Assembly(
            Bootstrap bootstrap,
            int deprecatedUses,
            Options options,
            ExtensionRegistry registry,
            WorkerLoops loops,
            Problems problems) {
        this.loops = loops;
        node = Configuration.node(bootstrap, options);
        List<Tag> tags = new ArrayList<>();
        for (Options.StatsTag tag : options.statsTags()) {
            tags.add(Tag.ofOption(tag.name() + ":" + tag.value()));
        }
        stats =
                new StatsStore(
                        loops.workers().size(),
                        StatsSettings.from(
                                bootstrap.getStatsConfig(), tags, problems.in("stats_config")));
        StatsScope root = stats.root();
        runtime =
                new RuntimeLoader(
                        bootstrap.getLayeredRuntime(),
                        node.getCluster(),
                        deprecatedUses,
                        problems.in("layered_runtime"),
                        root);
        files = new FileWatcher(loops.main());
        init = new InitManagers(loops.main()::nanoTime);
        runtime.watch(files);
        logFiles =
                new LogFiles(
                        new LogFiles.Settings(
                                options.fileFlushInterval(),
                                options.fileFlushMinSizeKb() * 1024,
                                LogFiles.Settings.DEFAULT.maxBytes()),
                        root);
        resolver = DnsResolver.system(loops.main(), root);

        subscriptions =
                new SubscriptionSources(
                        new ConfigLoader(registry.messages(), ConfigLoader.kernelFields()),
                        registry,
                        files);
        discovery = new ExtensionDiscovery(subscriptions, root);
        secrets = new SecretManager(subscriptions, files, root);
        ExtensionCompiler extensions =
                new ExtensionCompiler(
                        registry,
                        new HashSet<>(options.disabledExtensions()),
                        options.configureLimit(),
                        root);
        clusters =
                new ClusterManager(
                        new ClusterManager.Services(
                                loops.main(),
                                List.copyOf(loops.workers()),
                                resolver,
                                UpstreamConnector.SOCKETS,
                                subscriptions,
                                extensions,
                                codecs,
                                contexts::create,
                                init,
                                root),
                        bootstrap.getClusterManager().getUpstreamBindConfig());
        accessLogs = new AccessLogCompiler(extensions, System::nanoTime);
        RouteTableCompiler routes =
                new RouteTableCompiler(extensions, subscriptions, loops.workers());
        routeConfigs = routes.configs();
        Platform platform =
                new KernelPlatform(
                        codecs,
                        new FilterChains(extensions, loops.workers(), discovery),
                        routes,
                        clusters,
                        extensions,
                        accessLogs,
                        new MatchTreeCompiler(extensions),
                        lifeCycle,
                        tls,
                        secrets,
                        root);
        contexts.services(
                new Services(
                        node,
                        runtime,
                        loops.main(),
                        loops.workers().size(),
                        new Formats(FormatEnvironment.system()),
                        logFiles,
                        files,
                        shared,
                        new CallServices(clusters, lifeCycle, runtime, root),
                        new ServiceTargets(clusters::addOwn, clusters::remove, root),
                        platform));
        connectionLimit = ConnectionLimit.ofAll(runtime);
        InternalListenerExtension.enable(bootstrap.getBootstrapExtensionsList(), loops, problems);
        listeners =
                new ListenerManager(
                        new ListenerManager.Services(
                                loops.main(),
                                loops.workers(),
                                extensions,
                                accessLogs,
                                contexts::create,
                                lifeCycle,
                                runtime,
                                init,
                                subscriptions,
                                discovery,
                                new DrainSettings(
                                        options.drainTime().toNanos(),
                                        options.drainStrategy() == Options.DrainStrategy.IMMEDIATE),
                                connectionLimit,
                                root));

        admin = AdminAssembly.compile(bootstrap, this, problems.in("admin"));
        bundles = new BundleSwaps(registry, loops.main(), init, root, renewals());
        Problems resources = problems.in("static_resources");
        secrets.load(bootstrap.getStaticResources().getSecretsList(), resources.in("secrets"));
        clusters.load(bootstrap.getStaticResources().getClustersList(), resources.in("clusters"));
        var dynamic = bootstrap.getDynamicResources();
        if (dynamic.hasCdsConfig()) {
            clusters.discover(dynamic.getCdsConfig(), problems.in("dynamic_resources.cds_config"));
        }
        listeners.load(
                bootstrap.getStaticResources().getListenersList(), resources.in("listeners"));
        if (dynamic.hasLdsConfig()) {
            listeners.discover(dynamic.getLdsConfig(), problems.in("dynamic_resources.lds_config"));
        }
    }

    /// What is compiled anew when a bundle is replaced: what requests meet last comes first.
    private List<BundleSwaps.Compiler> renewals() {
        List<BundleSwaps.Compiler> all = new ArrayList<>();
        all.add((bundle, _, wrong) -> clusters.renew(bundle, wrong));
        all.add(listeners::renew);
        AdminAssembly adminAssembly = admin;
        if (adminAssembly != null) {
            all.add((bundle, _, wrong) -> adminAssembly.renewLog(bundle, wrong.in("admin")));
        }
        return all;
    }

    /// Closes all but the log files, which connections write to as they end; what extensions share
    /// once they have ended.
    @Override
    public void close() {
        bundles.close();
        listeners.close(this::connectionsHaveEnded);
        files.close();
        resolver.close();
    }

    /// What extensions share is used to the end. Thread: main, or a worker.
    private void connectionsHaveEnded() {
        boolean posted =
                loops.main()
                        .post(() -> {
                            try {
                                shared.close();
                            } finally {
                                connectionsEnded.countDown();
                            }
                        });
        if (!posted) {
            connectionsEnded.countDown();
        }
    }

    /// Waits until the connections have ended that [#close] has told to, and what they shared is
    /// closed, a few seconds at most. Not on a loop.
    void awaitConnections() {
        try {
            boolean _ = connectionsEnded.await(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
