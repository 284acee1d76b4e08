package io.nuncio.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.nuncio.kernel.extension.BundlesCommand;
import io.nuncio.kernel.extension.ExtensionRegistry.Settings;
import io.nuncio.testkit.FakeUpstream;
import io.nuncio.testkit.NuncioServer;
import io.nuncio.testkit.RawClient;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Bundles that are replaced while requests run.
class SwapIT {
    @TempDir Path folder;

    private final FakeUpstream upstream = FakeUpstream.answering("ok");
    private Path bundles;
    private NuncioServer server;
    private SteadyRequests requests;

    @BeforeEach
    void start() throws Exception {
        StampBundle.forgetLoaders();
        bundles = Files.createDirectory(folder.resolve("bundles"));
        try (Stream<Path> files = Files.list(Distribution.HOME.resolve("bundles"))) {
            for (Path file : files.toList()) {
                Files.copy(file, bundles.resolve(file.getFileName()));
            }
        }
        put(StampBundle.generation("one"));
        server = NuncioServer.start(bundles, config(""), "--drain-time-s", "1");
        requests = SteadyRequests.to(server.address("in"));
        requests.awaitHeader("x-stamp", "one-one");
    }

    @AfterEach
    void stop() {
        requests.close();
        server.close();
        upstream.close();
    }

    /// Moves a jar into place, as a person who cares would.
    private void put(StampBundle bundle) throws IOException {
        Path fresh = bundle.write(folder.resolve("fresh"));
        Files.move(
                fresh,
                bundles.resolve("stamp.jar"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private String config(String stamp) {
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
                      routes: [{ match: { prefix: / }, route: { cluster: service } }]
                  http_filters:
                  - name: com.example.stamp
                    typed_config:
                      "@type": type.googleapis.com/google.protobuf.Struct
                      value: { %s }
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          clusters:
          - name: service
            load_assignment:
              cluster_name: service
              endpoints:
              - lb_endpoints:
                - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: %d } } }
        """
                .formatted(stamp, upstream.port());
    }

    @Test
    void aReplacedBundleServesTheNextStreamsOnTheSameConnections() throws Exception {
        long connections = server.stat("http.in.downstream_cx_total");
        put(StampBundle.generation("two"));
        requests.awaitHeader("x-stamp", "two-two");
        assertThat(requests.failures()).isEmpty();
        assertThat(server.stat("http.in.downstream_cx_total")).isEqualTo(connections);
        server.awaitStat("bundles.swap_success", 1);
    }

    @Test
    void afterManySwapsOnlyTheClassesOfTheLastAreThere() throws Exception {
        for (int swap = 0; swap < 6; swap++) {
            String stamp = swap % 2 == 0 ? "two" : "three";
            put(StampBundle.generation(stamp).version("1." + swap));
            requests.awaitHeader("x-stamp", stamp + "-" + stamp);
        }
        assertThat(requests.failures()).isEmpty();
        assertThat(requests.values()).containsOnly("one-one", "two-two", "three-three");
        awaitLoaders(1);
        server.awaitStat("bundles.swap_success", 6);
    }

    private static void awaitLoaders(long count) throws InterruptedException {
        for (int attempt = 0; attempt < 300 && StampBundle.loaders() > count; attempt++) {
            Thread.sleep(100);
        }
        assertThat(StampBundle.loaders()).isEqualTo(count);
    }

    @Test
    void theOldJarCopiedBackIsTheWayBack() throws Exception {
        put(StampBundle.generation("two"));
        requests.awaitHeader("x-stamp", "two-two");
        put(StampBundle.generation("one"));
        requests.awaitHeader("x-stamp", "one-one");
        assertThat(requests.failures()).isEmpty();
        awaitLoaders(1);
    }

    @Test
    void theHigherVersionServesAndWithoutItTheLowerAgain() throws Exception {
        Path second = bundles.resolve("stamp-2.jar");
        StampBundle.generation("two").version("2.0.0").write(second);
        requests.awaitHeader("x-stamp", "two-two");
        Files.delete(second);
        requests.awaitHeader("x-stamp", "one-one");
        assertThat(requests.failures()).isEmpty();
    }

    @Test
    void theRouterIsReplacedUnderItsConnections() throws Exception {
        long connections = server.stat("http.in.downstream_cx_total");
        replaceShipped("io.nuncio.router");
        assertThat(server.stat("http.in.downstream_cx_total")).isEqualTo(connections);
    }

    @Test
    void theConnectionManagerIsReplacedAsItsConnectionsEnd() throws Exception {
        long connections = server.stat("http.in.downstream_cx_total");
        replaceShipped("io.nuncio.http-connection-manager");
        server.awaitStat(
                "http.in.downstream_cx_total", now -> now >= connections + 4, "new for old");
        put(StampBundle.generation("two"));
        requests.awaitHeader("x-stamp", "two-two");
        awaitLoaders(1);
    }

    @Test
    void loadBalancersAndClustersAreReplacedWithTheirClusters() throws Exception {
        replaceShipped("io.nuncio.load-balancers");
        Path jar = bundles.resolve("io.nuncio.clusters.jar");
        Path fresh = JarVariant.of(jar, folder.resolve("v"), Map.of("Bundle-Version", "0.1.1"));
        Files.move(fresh, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        server.awaitStat("bundles.swap_success", 2);
        server.awaitStat("bundles.generations", bundlesInUse());
        server.awaitStat("cluster_manager.cluster_modified", 2);
        assertThat(requests.failures()).isEmpty();
    }

    /// Puts the same bundle with another version in the place of one that comes with Nuncio.
    private void replaceShipped(String bundle) throws Exception {
        Path jar = bundles.resolve(bundle + ".jar");
        Path fresh = JarVariant.of(jar, folder.resolve("v"), Map.of("Bundle-Version", "0.1.1"));
        Files.move(fresh, jar, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        server.awaitStat("bundles.swap_success", 1);
        awaitBundles(bundle + " 0.1.1  serving");
        // The old one, too, is gone once nobody uses it.
        server.awaitStat("bundles.generations", bundlesInUse());
        requests.awaitAnswers("ok");
        assertThat(requests.failures()).isEmpty();
    }

    /// Connection manager, stamp, router, clusters, load balancers.
    private static long bundlesInUse() {
        return 5;
    }

    @Test
    void whatARunningProxyRefusedIsSeenFromOutside() throws Exception {
        put(StampBundle.generation("two").extension("com.example.another"));
        awaitBundles("no installed bundle provides");
        var out = new ByteArrayOutputStream();
        var print = new PrintStream(out);
        new BundlesCommand(Settings.of(bundles, server.store()), print, print).run();
        assertThat(out.toString())
                .contains(
                        "a running proxy did not take it: listener 'in'",
                        "no installed bundle provides `com.example.stamp`");
    }

    @Test
    void aRemovedBundleThatIsInUseGoesOn() throws Exception {
        Files.delete(bundles.resolve("stamp.jar"));
        awaitBundles("com.example.stamp 1.0.0  removed  stamp.jar");
        requests.awaitAnswers("ok");
        requests.awaitHeader("x-stamp", "one-one");
        assertThat(requests.failures()).isEmpty();
        put(StampBundle.generation("two"));
        requests.awaitHeader("x-stamp", "two-two");
    }

    @Test
    void aSlowCopyIsTakenWhenItIsWhole() throws Exception {
        byte[] whole =
                Files.readAllBytes(StampBundle.generation("two").write(folder.resolve("two")));
        Path jar = bundles.resolve("stamp.jar");
        Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
        awaitBundles("not a complete zip file");
        requests.awaitHeader("x-stamp", "one-one");
        Files.write(jar, whole);
        requests.awaitHeader("x-stamp", "two-two");
        assertThat(requests.failures()).isEmpty();
    }

    @Test
    void aDamagedJarIsRefused() throws Exception {
        byte[] bytes =
                Files.readAllBytes(StampBundle.generation("two").write(folder.resolve("two")));
        bytes[bytes.length / 3] ^= 1;
        Path damaged = Files.write(folder.resolve("damaged"), bytes);
        Files.move(damaged, bundles.resolve("stamp.jar"), StandardCopyOption.REPLACE_EXISTING);
        refused("damaged");
    }

    @Test
    void aMissingImportIsRefused() throws Exception {
        put(StampBundle.generation("two").imports("org.acme.nowhere;version=\"[3,4)\""));
        refused("needs package org.acme.nowhere [3.0.0,4.0.0)");
    }

    @Test
    void aConstructorThatFailsIsRefused() throws Exception {
        put(
                StampBundle.generation("two")
                        .source(
                                "Stamp",
                                StampBundle.factory(
                                        "if (true) throw new IllegalStateException(\"no\");",
                                        "two")));
        refused("the constructor of acme.Stamp failed: java.lang.IllegalStateException: no");
    }

    @Test
    void aConstructorThatHangsIsRefused() throws Exception {
        put(
                StampBundle.generation("two")
                        .source("Stamp", StampBundle.factory("Thread.sleep(60_000);", "two")));
        refused("the constructor of acme.Stamp did not finish in 10 s");
    }

    @Test
    void aBundleWithoutTheExtensionInUseIsRefused() throws Exception {
        put(StampBundle.generation("two").extension("com.example.another"));
        refused("no installed bundle provides `com.example.stamp`");
    }

    @Test
    void aGenerationThatDoesNotTakeTheConfigurationIsRefused() throws Exception {
        server.close();
        requests.close();
        server = NuncioServer.start(bundles, config("only: one"), "--drain-time-s", "1");
        requests = SteadyRequests.to(server.address("in"));
        put(StampBundle.generation("two"));
        refused("http_filters[0].typed_config.only: is not for this generation");
        put(StampBundle.generation("one").version("1.1"));
        server.awaitStat("bundles.swap_success", 1);
        requests.awaitHeader("x-stamp", "one-one");
    }

    /// The reason is told, and what served goes on.
    private void refused(String reason) throws Exception {
        awaitBundles(reason);
        requests.reconnect();
        requests.awaitAnswers("ok");
        requests.awaitHeader("x-stamp", "one-one");
        assertThat(requests.failures()).isEmpty();
        assertThat(server.stat("bundles.swap_success")).isZero();
        awaitLoaders(1);
    }

    private void awaitBundles(String text) {
        String page = "";
        for (int attempt = 0; attempt < 400; attempt++) {
            try (RawClient admin = RawClient.connect(server.admin())) {
                page = admin.exchange("GET /bundles HTTP/1.1\r\nhost: a\r\n\r\n").bodyText();
            }
            if (page.contains(text)) {
                return;
            }
            LockSupport.parkNanos(100_000_000);
        }
        assertThat(page).contains(text);
    }
}
