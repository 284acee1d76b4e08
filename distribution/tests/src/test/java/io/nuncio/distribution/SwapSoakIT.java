package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A bundle that is replaced again and again under load, in a process of its own, and what bundles
/// cost that nobody uses. Under `-Psoak` the load is all that there can be, for a minute each, and
/// there are reports; else it is short.
class SwapSoakIT {
    private static final int SWAPS = Integer.getInteger("nuncio.swaps", 2);
    private static final boolean LONG = SWAPS >= 20;
    private static final int WARM_UP = LONG ? 40 : 2;
    private static final Duration BETWEEN = Duration.ofSeconds(3);
    private static final int BUNDLES = 60;

    @TempDir Path folder;

    private BriefUpstream upstream;
    private Path bundles;

    @BeforeEach
    void copyBundles() throws IOException {
        upstream = new BriefUpstream();
        bundles = copyTo("bundles");
    }

    private Path copyTo(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        return copy;
    }

    @AfterEach
    void stop() throws IOException {
        upstream.close();
    }

    /// What is replaced.
    enum Replaced {
        /// Says in each response, twice, which generation served it.
        STAMP("x-stamp", "com.example.stamp", "google.protobuf.Struct"),
        CORS(
                "access-control-allow-origin",
                "envoy.filters.http.cors",
                "envoy.extensions.filters.http.cors.v3.Cors");

        private final String header;
        private final String filter;

        Replaced(String header, String extension, String type) {
            this.header = header;
            filter =
                    "{ name: %s, typed_config: { \"@type\": type.googleapis.com/%s } }"
                            .formatted(extension, type);
        }

        /// Two generations.
        private List<Path> jars(Path folder) throws IOException {
            if (this == CORS) {
                Path shipped = Distribution.HOME.resolve("bundles/io.nuncio.cors.jar");
                return List.of(shipped, shipped);
            }
            return List.of(
                    StampBundle.generation("a").write(folder.resolve("stamp.jar")),
                    StampBundle.generation("b").write(folder.resolve("stamp-b.jar")));
        }

        private String[] headerValues() {
            return this == CORS ? new String[] {"http://a.example"} : new String[] {"a-a", "b-b"};
        }
    }

    @ParameterizedTest
    @EnumSource
    void underLoadNoRequestFailsAndNothingOfTheOldGenerationsStays(Replaced what) throws Exception {
        List<Path> jars = what.jars(folder);
        Path place = bundles.resolve(jars.getFirst().getFileName());
        Files.copy(jars.getFirst(), place, StandardCopyOption.REPLACE_EXISTING);
        try (RunningProxy proxy =
                        RunningProxy.start(
                                folder, config(what.filter), "--bundle-path", bundles.toString());
                SteadyRequests requests = requests(proxy, what)) {
            requests.awaitAnswers("ok");
            long generations = proxy.stat("bundles.generations");
            TimeUnit.SECONDS.sleep(LONG ? 10 : 1);
            Jvm jvm = new Jvm(proxy.pid());
            long metaspaceReady = jvm.metaspaceKiB();
            // The first loads the classes that replace bundles; what the JVM notes about methods
            // that run often is Metaspace, too, and comes over time.
            for (int swap = 1; swap <= WARM_UP; swap++) {
                replace(proxy, jars.get(swap % 2), place, swap);
            }
            proxy.awaitStat(
                    "bundles.generations", generations); // those that were replaced are gone
            TimeUnit.SECONDS.sleep(1);
            long metaspaceBefore = jvm.metaspaceKiB();
            long bundlesBefore = jvm.metaspaceOfBundles();
            long loadersBefore = jvm.bundleLoaders();
            long answersBefore = requests.answers();
            long begin = System.nanoTime();
            for (int swap = 1; swap <= SWAPS; swap++) {
                replace(proxy, jars.get(swap % 2), place, WARM_UP + swap);
                if (what == Replaced.STAMP) {
                    requests.awaitHeader("x-stamp", swap % 2 == 0 ? "a-a" : "b-b");
                }
                TimeUnit.NANOSECONDS.sleep(begin + swap * BETWEEN.toNanos() - System.nanoTime());
            }
            double seconds = (System.nanoTime() - begin) / 1e9;
            long answers = requests.answers() - answersBefore;
            awaitLoaders(jvm, loadersBefore);
            long metaspaceAfter = jvm.metaspaceKiB();
            long bundlesAfter = jvm.metaspaceOfBundles();

            assertThat(requests.failures()).isEmpty();
            assertThat(requests.values()).containsOnly(what.headerValues());
            assertThat(proxy.stat("http.in.downstream_cx_total"))
                    .as("connections of the clients, none was closed")
                    .isEqualTo(requests.clients());
            assertThat(jvm.bundleLoaders()).isEqualTo(loadersBefore);
            assertThat(proxy.log()).doesNotContain("[error]");
            if (LONG) {
                report(
                        what,
                        seconds,
                        requests,
                        answers,
                        List.of(metaspaceReady, metaspaceBefore, metaspaceAfter),
                        List.of(bundlesBefore, bundlesAfter),
                        loadersBefore);
                assertThat((double) bundlesAfter)
                        .isCloseTo(bundlesBefore, Percentage.withPercentage(5));
                assertThat((double) metaspaceAfter)
                        .isCloseTo(metaspaceBefore, Percentage.withPercentage(5));
            }
            assertThat(proxy.end()).isZero();
        }
    }

    private static SteadyRequests requests(RunningProxy proxy, Replaced what)
            throws IOException, InterruptedException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port("in"));
        return LONG
                ? SteadyRequests.atFullLoad(address, what.header)
                : SteadyRequests.to(address, what.header);
    }

    /// Puts a variant of a jar in its place and waits until it serves.
    private void replace(RunningProxy proxy, Path jar, Path place, int number) throws Exception {
        Path fresh =
                JarVariant.of(
                        jar, folder.resolve("fresh"), Map.of("Bundle-Version", "1.0." + number));
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE);
        proxy.awaitStat("bundles.swap_success", number);
    }

    private static void awaitLoaders(Jvm jvm, long count) throws Exception {
        for (int attempt = 0; attempt < 20 && jvm.bundleLoaders() > count; attempt++) {
            TimeUnit.MILLISECONDS.sleep(500);
        }
    }

    private static void report(
            Replaced what,
            double seconds,
            SteadyRequests requests,
            long answers,
            List<Long> metaspaceKiB,
            List<Long> bundleBytes,
            long loaders)
            throws IOException {
        double ready = metaspaceKiB.get(0) / 1024.0;
        double before = metaspaceKiB.get(1) / 1024.0;
        double after = metaspaceKiB.get(2) / 1024.0;
        String name = what.name().toLowerCase(Locale.ROOT);
        write(
                "swap-" + name,
                """
                # A bundle replaced at full load, %s

                `SwapSoakIT`: the bundle %s replaced %d times in %.0f s, one worker, %d clients that send the next request as soon as they have
                an answer, on connections that are kept.

                | what | |
                | --- | --- |
                | requests | %d (%.0f a second) |
                | failed requests, resets, connections closed | 0 |
                | responses of two generations at once, or without the filter | 0 |
                | class loaders of bundles before and after | %d, %d |
                | Metaspace of the class loaders of bundles before and after | %.1f KiB, %.1f KiB |
                | Metaspace of all before and after, each after a collection | %.2f MiB, %.2f MiB (%+.1f%%) |

                "Before" is after %d replacements in a row. Metaspace when ready, before the first: %.2f MiB. The first replacements load the
                classes that do it, and the JVM keeps in Metaspace what it notes about the proxy's and its own methods that run often; the
                class loaders of bundles alone show whether an old generation stays.
                """
                        .formatted(
                                LocalDate.now(),
                                name,
                                SWAPS,
                                seconds,
                                requests.clients(),
                                answers,
                                answers / seconds,
                                loaders,
                                loaders,
                                bundleBytes.get(0) / 1024.0,
                                bundleBytes.get(1) / 1024.0,
                                before,
                                after,
                                100.0 * (after - before) / before,
                                WARM_UP,
                                ready));
    }

    private static void write(String name, String text) throws IOException {
        Path reports = Files.createDirectories(Distribution.ROOT.resolve("docs/reports"));
        Files.writeString(reports.resolve(LocalDate.now() + "-" + name + ".md"), text);
    }

    @Test
    void sixtyBundlesThatNobodyUsesHardlyDelayTheStart() throws Exception {
        Path many = copyTo("many");
        Path one = StampBundle.generation("a").write(folder.resolve("a"));
        for (int index = 0; index < BUNDLES; index++) {
            String name = "com.example.idle" + index;
            JarVariant.of(
                    one,
                    many.resolve(name + ".jar"),
                    Map.of(
                            "Bundle-SymbolicName",
                            name,
                            "Provide-Capability",
                            "nuncio.extension;name=\""
                                    + name
                                    + "\";type:List<String>=\"example.Idle"
                                    + index
                                    + "\";impl=\"acme.Stamp\""));
        }
        int rounds = LONG ? 9 : 1;
        List<Start> few = new ArrayList<>();
        List<Start> all = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            few.add(start("few" + round, bundles));
            all.add(start("all" + round, many));
        }
        if (LONG) {
            write(
                    "sixty-bundles",
                    """
                    # Sixty bundles that nobody uses, %s

                    `SwapSoakIT`: from the start of the process until it is ready, by turns, %d starts each, median (least to most). The machine
                    has %d processors and a load average of %.1f: with more than one per processor compare the CPU times, not the wall times.

                    | bundles folder | wall ms | CPU ms |
                    | --- | --- | --- |
                    | the distribution's | %s | %s |
                    | and sixty more | %s | %s |
                    """
                            .formatted(
                                    LocalDate.now(),
                                    rounds,
                                    Runtime.getRuntime().availableProcessors(),
                                    ManagementFactory.getOperatingSystemMXBean()
                                            .getSystemLoadAverage(),
                                    range(few, Start::wallMillis),
                                    range(few, Start::cpuMillis),
                                    range(all, Start::wallMillis),
                                    range(all, Start::cpuMillis)));
        }
        assertThat(all).hasSize(rounds).allMatch(start -> start.wallMillis() > 0);
    }

    private record Start(long wallMillis, long cpuMillis) {}

    private static String range(List<Start> starts, ToLongFunction<Start> what) {
        long[] sorted = starts.stream().mapToLong(what).sorted().toArray();
        return sorted[sorted.length / 2]
                + " ("
                + sorted[0]
                + " to "
                + sorted[sorted.length - 1]
                + ")";
    }

    private Start start(String name, Path from) throws Exception {
        Path place = Files.createDirectory(folder.resolve(name));
        try (RunningProxy proxy =
                RunningProxy.start(place, config(""), "--bundle-path", from.toString())) {
            Duration cpu =
                    ProcessHandle.of(proxy.pid())
                            .flatMap(process -> process.info().totalCpuDuration())
                            .orElse(Duration.ZERO);
            Matcher ready = Pattern.compile("ready after (\\d+) ms").matcher(proxy.log());
            assertThat(ready.find()).isTrue();
            assertThat(proxy.end()).isZero();
            return new Start(Long.parseLong(ready.group(1)), cpu.toMillis());
        }
    }

    private String config(String filter) {
        return """
        admin: { address: { socket_address: { address: 127.0.0.1, port_value: 0 } } }
        static_resources:
          listeners:
          - name: in
            address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      typed_per_filter_config:
                        envoy.filters.http.cors:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy
                          allow_origin_string_match: [{ prefix: http }]
                      routes: [{ match: { prefix: / }, route: { cluster: service } }]
                  http_filters: [%s{ name: router, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router } }]
          clusters:
          - name: service
            load_assignment:
              cluster_name: service
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(filter.isEmpty() ? "" : filter + ", ", upstream.port());
    }

    /// What the tools of the JDK say about a process.
    private record Jvm(long pid) {
        long metaspaceKiB() throws IOException, InterruptedException {
            run("jcmd", Long.toString(pid), "GC.run");
            String[] lines = run("jstat", "-gc", Long.toString(pid)).strip().split("\n");
            List<String> names = List.of(lines[0].strip().split("\\s+"));
            String value = lines[1].strip().split("\\s+")[names.indexOf("MU")];
            return Math.round(Double.parseDouble(value.replace(',', '.')));
        }

        /// Runs a collection, too.
        long bundleLoaders() throws IOException, InterruptedException {
            String histogram = run("jcmd", Long.toString(pid), "GC.class_histogram");
            return histogram
                    .lines()
                    .filter(line -> line.contains("BundleWiringImpl$BundleClassLoader"))
                    .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[1]))
                    .sum();
        }

        /// In bytes.
        long metaspaceOfBundles() throws IOException, InterruptedException {
            return run("jcmd", Long.toString(pid), "VM.classloader_stats")
                    .lines()
                    .filter(line -> line.contains("BundleWiringImpl$BundleClassLoader"))
                    .mapToLong(line -> Long.parseLong(line.strip().split("\\s+")[5]))
                    .sum();
        }

        private static String run(String tool, String... arguments)
                throws IOException, InterruptedException {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
            command.addAll(List.of(arguments));
            Distribution.Finished finished = Distribution.finish(new ProcessBuilder(command));
            assertThat(finished.exitCode()).as(finished.output()).isZero();
            return finished.output();
        }
    }
}
