package io.nuncio.kernel.compile;

import io.nuncio.kernel.extension.LoadedExtension;
import io.nuncio.spi.FactoryContext;
import io.nuncio.spi.StatsScope;
import io.nuncio.spi.internal.LoopThread;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/// Gives `configure` of an extension so much time and no more.
///
/// It runs on a thread that stands in for the main thread, which waits for it and does nothing
/// else, so that to the extension it is the main thread. One that does not come back is given up:
/// its configuration is refused, the main thread goes on, and whatever the thread does later finds
/// its context closed. What an extension has compiled below itself has its own time, which is not
/// the other's, and so has the loading of a bundle.
///
/// | limit | default | exceeded |
/// | --- | --- | --- |
/// | `--configure-limit-s` | 10 s | the configuration is refused, and with it all others of that extension in the same update |
///
/// Thread: the main thread, or a thread beside it.
final class ConfigureLimit {
    private static final Logger LOG = LoggerFactory.getLogger("extension");

    private final long limitNanos;
    private final StatsScope bundles;
    private final StandIns standIns = new StandIns();

    /// Whose other configurations in the same update would only cost their time, too.
    private final Set<LoadedExtension> hanging = new HashSet<>();

    /// @param bundles where it is counted, as `<name>.configure_timeout`
    ConfigureLimit(Duration limit, StatsScope bundles) {
        this.limitNanos = limit.toNanos();
        this.bundles = bundles;
    }

    /// Thrown into code that was given up and goes on all the same. No bug, and nobody's to catch.
    static final class GivenUp extends Error {
        private static final long serialVersionUID = 1;

        GivenUp() {
            super("took too long to configure and was given up", null, false, false);
        }
    }

    /// Runs the work in its time.
    ///
    /// @param context of the place that names the extension, where it is reported
    /// @return what the work gives; null, and a problem, if it did not come back
    <T> @Nullable T run(
            LoadedExtension extension, FactoryContext context, Supplier<@Nullable T> work) {
        if (LoopThread.currentDismissed()) {
            throw new GivenUp();
        }
        if (hanging.contains(extension)) {
            context.problems().add("", said(extension) + " before and is not asked again now");
            return null;
        }
        Compilation outer = standIns.current();
        if (outer != null) {
            outer.enter(extension, context);
            try {
                return work.get();
            } finally {
                outer.leave();
            }
        }
        Compilation compilation = new Compilation(limitNanos);
        compilation.enter(extension, context);
        Compilation.Result<T> result = standIns.run(compilation, work);
        if (result != null) {
            return result.value();
        }
        giveUp(compilation);
        return null;
    }

    /// Runs what has a limit of its own, such as the constructor of a factory; the time of an
    /// extension that is being configured stands still meanwhile.
    <T> @Nullable T untimed(Supplier<@Nullable T> work) {
        Compilation outer = standIns.current();
        if (outer == null) {
            return work.get();
        }
        outer.pause();
        try {
            return work.get();
        } finally {
            outer.resume();
        }
    }

    private void giveUp(Compilation compilation) {
        LoadedExtension extension = compilation.extension();
        hanging.add(extension);
        compilation.context().mainThread().post(hanging::clear);
        bundles.scope(extension.bundle().name()).counter("configure_timeout").increment();
        compilation.context().problems().add("", said(extension) + advice());
        LOG.warn(
                "bundle {} {}: {} of the extension {}{}; its thread is left behind, and was here:",
                extension.bundle().name(),
                extension.bundle().version(),
                said(extension),
                extension.info().name(),
                advice(),
                compilation.whereItHangs());
    }

    private String said(LoadedExtension extension) {
        return "configure of "
                + extension.info().implementation()
                + " did not finish in "
                + Duration.ofNanos(limitNanos).toSeconds()
                + " s";
    }

    private static String advice() {
        return "; it must not wait for anything: take a mended bundle, or raise"
                + " --configure-limit-s if it only computes";
    }
}
