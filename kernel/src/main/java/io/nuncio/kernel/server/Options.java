package io.nuncio.kernel.server;

import io.nuncio.kernel.log.LogSettings;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What the command line asks for. Names and defaults are Envoy's where Envoy has the option.
///
/// @param configPath the bootstrap file, null if only `configYaml` is given
/// @param configYaml merged over the file; empty for none
/// @param concurrency how many workers
/// @param fileFlushMinSizeKb how much may wait for a log file before it is written at once
/// @param drainTime how long draining may take at most
/// @param minimumDrainTime how long listeners stay open at least after SIGTERM, since load
///   balancers notice late
/// @param configureLimit how long `configure` of an extension may take
/// @param bundlePath the folder of bundles, null for the distribution's own
public record Options(
        @Nullable Path configPath,
        String configYaml,
        Mode mode,
        Output output,
        int concurrency,
        EventLoop eventLoop,
        @Nullable Path adminAddressPath,
        LogSettings log,
        String serviceCluster,
        String serviceNode,
        String serviceZone,
        Duration fileFlushInterval,
        int fileFlushMinSizeKb,
        Duration drainTime,
        DrainStrategy drainStrategy,
        SigtermMode sigtermMode,
        Duration minimumDrainTime,
        boolean allowUnknownStaticFields,
        boolean skipDeprecatedLogs,
        List<String> disabledExtensions,
        List<StatsTag> statsTags,
        Duration configureLimit,
        @Nullable Path bundlePath) {
    public Options {
        disabledExtensions = List.copyOf(disabledExtensions);
        statsTags = List.copyOf(statsTags);
    }

    /// What to do with the configuration.
    public enum Mode {
        SERVE,
        VALIDATE
    }

    /// How problems are printed.
    public enum Output {
        TEXT,
        JSON
    }

    /// What moves bytes between the kernel of the operating system and the loops.
    public enum EventLoop {
        /// epoll where there is one, NIO elsewhere.
        AUTO,
        EPOLL,
        NIO,
        IO_URING
    }

    /// How connections are asked to end while draining.
    public enum DrainStrategy {
        /// More and more of them as the drain time runs out.
        GRADUAL,
        /// All at once.
        IMMEDIATE
    }

    /// What SIGTERM and SIGINT do.
    public enum SigtermMode {
        /// Drain, then end.
        DRAIN,
        /// End at once, as Envoy does.
        IMMEDIATE
    }

    /// A fixed tag of every statistic.
    public record StatsTag(String name, String value) {}
}
