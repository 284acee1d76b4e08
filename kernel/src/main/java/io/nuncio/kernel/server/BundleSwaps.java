package io.nuncio.kernel.server;

import io.nuncio.kernel.extension.BundleListing;
import io.nuncio.kernel.extension.BundleRefused;
import io.nuncio.kernel.extension.BundleStatus;
import io.nuncio.kernel.extension.ExtensionRegistry;
import io.nuncio.kernel.extension.Replacement;
import io.nuncio.kernel.init.InitManager;
import io.nuncio.kernel.init.InitManagers;
import io.nuncio.kernel.lease.Renewal;
import io.nuncio.kernel.watch.FileWatcher;
import io.nuncio.spi.InitTargets;
import io.nuncio.spi.Problems;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.Timer;
import io.nuncio.spi.Worker;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Replaces bundles in use by the jars that come into the bundles folder, one after the other.
///
/// A jar is read, verified and installed beside what serves, and its factories are made, off the
/// loops. Then every configuration in use that has something of the bundle is compiled again; only
/// when all succeed and have what they wait for, all are published at once. Whatever fails leaves
/// what serves. Thread: main.
final class BundleSwaps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("extension");

    /// How long what was compiled may wait for configuration from outside.
    private static final Duration WARMING = Duration.ofSeconds(15);

    private final ExtensionRegistry registry;
    private final Worker main;
    private final InitManagers init;
    private final BundleSwapStats stats;
    private final List<Compiler> compilers;
    private @Nullable BundleFolderWatch watch;
    private boolean working;
    private boolean again;
    private boolean closed;

    /// Compiles what it has of a bundle anew.
    @FunctionalInterface
    interface Compiler {
        Renewal renew(String bundle, InitTargets initTargets, Problems problems);
    }

    /// @param compilers in the order in which what they compile is published
    BundleSwaps(
            ExtensionRegistry registry,
            Worker main,
            InitManagers init,
            StatsScope root,
            List<Compiler> compilers) {
        this.registry = registry;
        this.main = main;
        this.init = init;
        this.stats = BundleSwapStats.in(root);
        this.compilers = List.copyOf(compilers);
    }

    /// Begins to watch the folder, and looks at it.
    void start(FileWatcher files) {
        watch = new BundleFolderWatch(files, registry.folder(), this::look);
        look();
    }

    /// Looks for replacements, unless that is what happens already.
    private void look() {
        if (closed) {
            return;
        }
        if (working) {
            again = true;
            return;
        }
        working = true;
        again = false;
        off(
                "bundles",
                () -> {
                    List<Replacement> replacements = registry.replacements();
                    Set<Path> jars = registry.files();
                    main.post(() -> looked(replacements, jars));
                });
    }

    private void looked(List<Replacement> replacements, Set<Path> jars) {
        BundleFolderWatch watching = watch;
        if (closed || watching == null) {
            return;
        }
        watching.jars(jars);
        refreshStats();
        if (replacements.isEmpty()) {
            working = false;
            if (again) {
                look();
            }
            return;
        }
        prepare(replacements.getFirst());
    }

    private void prepare(Replacement replacement) {
        off(
                "install " + replacement.bundle(),
                () -> {
                    try {
                        ExtensionRegistry.Candidate candidate = registry.prepare(replacement);
                        main.post(() -> prepared(candidate));
                    } catch (BundleRefused refusal) {
                        main.post(
                                () -> rejected(replacement, String.valueOf(refusal.getMessage())));
                    } catch (RuntimeException | LinkageError bug) {
                        LOG.warn("installing {} failed", replacement.file(), bug);
                        main.post(() -> rejected(replacement, bug.toString()));
                    }
                });
    }

    private static void off(String name, Runnable task) {
        Thread.ofVirtual().name(name).start(task);
    }

    private void prepared(ExtensionRegistry.@Nullable Candidate candidate) {
        if (closed) {
            return;
        }
        if (candidate == null) { // the same content as before
            next();
            return;
        }
        new Attempt(candidate).begin();
    }

    private void rejected(Replacement replacement, String reason) {
        stats.rejected().increment();
        LOG.warn(
                "bundle {}: {} (version {}) is not taken, the one before it goes on: {}",
                replacement.bundle(),
                replacement.file(),
                replacement.version(),
                reason);
        next();
    }

    private void next() {
        working = false;
        look();
    }

    /// The bundles in words.
    String text() {
        return new BundleListing()
                .jars(registry.known())
                .generations(registry.generations())
                .text();
    }

    /// Brings the gauges up to date.
    void refreshStats() {
        stats.generations().set(registry.generations().size());
        stats.refused()
                .set(
                        registry.known().stream()
                                .filter(bundle -> bundle.state() == BundleStatus.State.REFUSED)
                                .count());
    }

    @Override
    public void close() {
        closed = true;
        BundleFolderWatch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    /// One replacement on its way from compiled to published.
    private final class Attempt {
        private final ExtensionRegistry.Candidate candidate;
        private final Problems problems = new Problems();
        private final List<Renewal> renewals = new ArrayList<>();
        private final InitManager waits;
        private final Timer limit;
        private boolean over;

        Attempt(ExtensionRegistry.Candidate candidate) {
            this.candidate = candidate;
            Replacement replacement = candidate.replacement();
            waits = init.create("Bundle " + replacement.bundle() + " " + replacement.version());
            limit = main.timer(this::tooLate);
        }

        void begin() {
            registry.tryOut(candidate);
            try {
                String bundle = candidate.replacement().bundle();
                for (Compiler compiler : compilers) {
                    renewals.add(compiler.renew(bundle, waits, problems));
                }
            } catch (RuntimeException | LinkageError bug) {
                LOG.warn("{} cannot be tried out", candidate.replacement().file(), bug);
                problems.add("", bug.toString());
            }
            if (!errors().isEmpty()) {
                fail(errors());
                return;
            }
            limit.arm(WARMING.toNanos());
            waits.initialize(this::ready);
        }

        private String errors() {
            Stream<String> wrong =
                    problems.all().stream()
                            .filter(problem -> !problem.warning())
                            .map(problem ->
                                    problem.path().isEmpty()
                                            ? problem.message()
                                            : plain(problem.path()) + ": " + problem.message());
            return Stream.concat(wrong, waits.failures().stream())
                    .collect(Collectors.joining("; "));
        }

        /// Without the marks that help to find the place in a file.
        private static String plain(String path) {
            return path.replaceAll("<[^>]*>", "");
        }

        private void tooLate() {
            fail(
                    "after "
                            + WARMING.toSeconds()
                            + " s still without "
                            + waits.unready().stream()
                                    .map(InitManager.Unready::target)
                                    .collect(Collectors.joining(", ")));
        }

        private void fail(String reason) {
            if (!over) {
                end();
                renewals.forEach(Renewal::cancel);
                renewals.clear();
                registry.refuse(candidate, reason);
                rejected(candidate.replacement(), reason);
            }
        }

        private void end() {
            over = true;
            limit.disarm();
            init.forget(waits);
        }

        private void ready() {
            if (over) {
                return;
            }
            if (!errors().isEmpty()) {
                fail(errors());
                return;
            }
            end();
            renewals.forEach(Renewal::publish);
            renewals.clear();
            registry.accept(candidate);
            stats.swapped().increment();
            LOG.info(
                    "bundle {}: {} serves (version {}, sha256 {})",
                    candidate.replacement().bundle(),
                    candidate.replacement().file(),
                    candidate.replacement().version(),
                    candidate.sha256());
            next();
        }
    }
}
